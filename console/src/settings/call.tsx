import { Button, Select, Stack, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, Refusal, type Path } from '../api/call'
import { Failed } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

interface Described {
  paths: Record<string, { post?: { summary?: string; requestBody?: Taken } }>
  components: { schemas: Record<string, Shape> }
}
interface Taken {
  content: { 'application/json'?: { schema: Shape } }
}
interface Shape {
  $ref?: string
  type?: string
  default?: unknown
  required?: string[]
  properties?: Record<string, Shape>
}

/** Any operation by hand, with the person's own rights: what no screen is made for is done here. */
export default function CallAnything() {
  const cache = useQueryClient()
  const described = useQuery<Described>({
    queryKey: ['openapi'],
    queryFn: async () => (await fetch('/openapi.json')).json() as Promise<Described>,
    staleTime: Infinity,
  })
  const [path, setPath] = useState<string | null>(null)
  const [body, setBody] = useState('{}')
  const send = useMutation<unknown, Refusal | SyntaxError>({
    mutationFn: async () => call(path as Path, JSON.parse(body) as never),
    onSuccess: () => void cache.invalidateQueries(),
  })
  const paths = Object.keys(described.data?.paths ?? {}).filter(
    (each) => described.data?.paths[each]?.post?.requestBody?.content['application/json'],
  )

  function choose(chosen: string | null) {
    setPath(chosen)
    send.reset()
    if (chosen && described.data) setBody(JSON.stringify(example(described.data, chosen), null, 2))
  }

  return (
    <Card
      title={t('Call any operation')}
      aside={<a href="/docs">{t('What each takes and answers')}</a>}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate()
        }}
      >
        <Stack>
          <Select
            label={t('Operation')}
            searchable
            limit={60}
            nothingFoundMessage={t('Nothing found')}
            data={paths}
            value={path}
            onChange={choose}
          />
          {path && <p className={parts.soft}>{described.data?.paths[path]?.post?.summary}</p>}
          <Textarea
            label={t('Request (JSON)')}
            autosize
            minRows={4}
            maxRows={20}
            spellCheck={false}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!path} loading={send.isPending}>
            {t('Call it')}
          </Button>
        </Stack>
      </form>
      {send.error && (
        <Failed
          reason={
            send.error instanceof Refusal
              ? send.error
              : new Refusal('Body', t('The request is not JSON.'), '')
          }
        />
      )}
      {send.isSuccess && <Code label={t('Answer')} text={JSON.stringify(send.data, null, 2)} />}
    </Card>
  )
}

/** What an operation must be told, empty, and what else it may be told by its default. */
function example({ paths, components }: Described, path: string): Record<string, unknown> {
  const found = (shape?: Shape) =>
    shape?.$ref ? components.schemas[shape.$ref.split('/').at(-1) ?? ''] : shape
  const shape = found(paths[path]?.post?.requestBody?.content['application/json']?.schema)
  const empty: Record<string, unknown> = { integer: 0, number: 0, boolean: false, array: [] }
  return Object.fromEntries(
    Object.entries(shape?.properties ?? {})
      .filter(([name]) => shape?.required?.includes(name))
      .map(([name, field]) => [name, field.default ?? empty[found(field)?.type ?? ''] ?? '']),
  )
}
