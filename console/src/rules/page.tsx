import { Tabs } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { useUnsaved } from '../parts/unsaved'
import { t } from '../words/words'
import { grouped, same, type Draft } from './draft'
import { EnrichmentPart } from './enrichment'
import { PipelinePart } from './pipeline'
import { Preview } from './preview'
import { RoutePart } from './route'

/** What becomes of an integration's events before they reach a channel, tried on real ones. */
export function Component() {
  const { id = '' } = useParams()
  const of = { integration_id: Number(id) }
  const integration = useRead('/datasource/desc', of)
  const enrichment = useRead('/enrichment/info', of)
  const pipeline = useRead('/alert/pipeline/info', of)
  const route = useRead('/route/info', of)
  return (
    <Answer to={integration}>
      {(sender) => (
        <Answer to={enrichment}>
          {(enriching) => (
            <Answer to={pipeline}>
              {(piping) => (
                <Answer to={route}>
                  {(routing) => (
                    <Editor
                      key={sender.integration_id}
                      integration={sender}
                      saved={{
                        enrichment: enriching?.rules ?? [],
                        pipeline: (piping?.rules ?? []).map(grouped),
                        route: { cases: routing?.cases ?? [], default: routing?.default ?? {} },
                      }}
                      kept={routing}
                    />
                  )}
                </Answer>
              )}
            </Answer>
          )}
        </Answer>
      )}
    </Answer>
  )
}

interface Shown {
  integration: Data<'/datasource/desc'>
  saved: Draft
  kept: Data<'/route/info'>
}

function Editor({ integration, saved, kept }: Shown) {
  const [draft, setDraft] = useState(saved)
  const [base, setBase] = useState(saved)
  const { question } = useUnsaved(!same(draft, base))
  const [settled] = useDebouncedValue(draft, 500)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const keep = (part: Partial<Draft>) => setBase((before) => ({ ...before, ...part }))
  const shown = { integration, saved: base, draft, change, keep }
  return (
    <>
      <Head title={t('Rules of {name}', { name: integration.name })}>
        <Link to={`/integrations/${integration.integration_id}`}>{t('Set-up')}</Link>
      </Head>
      <div className={parts.columns}>
        <Tabs defaultValue="enrichment" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="enrichment">{t('1. Enrichment')}</Tabs.Tab>
            <Tabs.Tab value="pipeline">{t('2. Pipeline')}</Tabs.Tab>
            <Tabs.Tab value="route">{t('3. Route')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="enrichment">
            <EnrichmentPart {...shown} />
          </Tabs.Panel>
          <Tabs.Panel value="pipeline">
            <PipelinePart {...shown} />
          </Tabs.Panel>
          <Tabs.Panel value="route">
            <RoutePart {...shown} kept={kept} />
          </Tabs.Panel>
        </Tabs>
        <Preview integration={integration} draft={settled} />
      </div>
      {question}
    </>
  )
}
