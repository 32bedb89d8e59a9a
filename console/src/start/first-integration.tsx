import { Button, Loader } from '@mantine/core'
import { useEffect, useEffectEvent } from 'react'
import { Link } from 'react-router'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { SendTest } from '../integrations/send-test'
import { filled, SENDERS } from '../integrations/senders'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import parts from '../parts/parts.module.css'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import type { Team } from './first-team'

const TYPE = 'standard.alert'

interface Shown {
  team: Team | undefined
  integrations: Data<'/datasource/list'>
  came: () => void
}

/** A channel for the team with an integration that any script can push to; then its first event. */
export function FirstIntegration({ team, integrations, came }: Shown) {
  const mine = integrations.find((each) => each.plugin_type === TYPE)
  const add = useAct('/datasource/upsert')
  const open = useAct('/channel/create', {
    then: ({ channel_id }) => add.mutate({ name: t('My scripts'), plugin_type: TYPE, channel_id }),
  })
  if (mine) return <Waiting id={mine.integration_id} came={came} />
  return (
    <div className={parts.stack}>
      <p>
        {t('An integration is an address that alerts are pushed to; a channel is where they lie.')}{' '}
        <Link to="/integrations">{t('Prometheus, Grafana and others are there too.')}</Link>
      </p>
      <div>
        <Button
          disabled={!team}
          loading={open.isPending || add.isPending}
          onClick={() =>
            open.mutate({ channel_name: team?.team_name ?? '', team_id: team?.team_id ?? 0 })
          }
        >
          {t('Make both')}
        </Button>
      </div>
    </div>
  )
}

function Waiting({ id, came }: { id: number; came: () => void }) {
  const integration = useRead('/datasource/desc', { integration_id: id })
  return (
    <Answer to={integration}>
      {(found) => (
        <div className={parts.stack}>
          <Code
            label={t('Set-up')}
            text={filled(
              SENDERS.find((each) => each.type === TYPE)?.setups[0] ?? '',
              found.integration_key,
            )}
          />
          <div className={parts.row}>
            <SendTest integration={found} />
            <Arrived id={id} came={came} />
          </div>
        </div>
      )}
    </Answer>
  )
}

function Arrived({ id, came }: { id: number; came: () => void }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const events = useRead('/event/trace/list', {
    start_time: seconds(end - 7 * DAY),
    end_time: seconds(end),
    integration_ids: [id],
    limit: 1,
  })
  const first = events.data?.items[0]
  const tell = useEffectEvent(came)
  useEffect(() => {
    if (first) tell()
  }, [first])
  return (
    <span role="status" className={parts.row}>
      {first ? (
        t('It arrived: {title}', { title: first.given.title ?? first.alert_key })
      ) : (
        <>
          <Loader size="sm" aria-hidden /> {t('Waiting for the first event…')}
        </>
      )}
    </span>
  )
}
