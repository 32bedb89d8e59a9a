// The wire's types, written anew when the API's description is newer than they are.
import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const API = '../openapi.json'
const TYPES = 'src/api/schema.d.ts'

if (!existsSync(TYPES) || statSync(TYPES).mtimeMs < statSync(API).mtimeMs)
  execFileSync(
    'node_modules/.bin/openapi-typescript',
    [API, '--default-non-nullable=false', '--empty-objects-unknown', '--output', TYPES],
    { stdio: 'inherit' },
  )
