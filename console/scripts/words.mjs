// Every text of the console has its Chinese twin, with the same placeholders, and no twin is left over.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = 'src'
const TWINS = 'src/words/zh.json'

const texts = new Set()
for (const file of readdirSync(SOURCES, { recursive: true }).filter((each) => /\.tsx?$/.test(each)))
  for (const [, text] of readFileSync(join(SOURCES, file), 'utf8').matchAll(
    /\bt\(\s*'((?:[^'\\]|\\.)*)'/g,
  ))
    texts.add(text)

const twins = JSON.parse(readFileSync(TWINS, 'utf8'))
const named = (text) =>
  [...text.matchAll(/\{\w+\}/g)]
    .map(([name]) => name)
    .sort()
    .join()
const problems = [
  ...[...texts].filter((text) => !(text in twins)).map((text) => `no Chinese twin: ${text}`),
  ...Object.keys(twins)
    .filter((text) => !texts.has(text))
    .map((text) => `nobody says: ${text}`),
  ...[...texts]
    .filter((text) => text in twins && named(text) !== named(twins[text]))
    .map((text) => `other placeholders: ${text}`),
]
if (process.argv.includes('--list'))
  console.log(JSON.stringify([...texts].filter((text) => !(text in twins))))
else if (problems.length) {
  console.error(problems.join('\n'))
  process.exit(1)
}
