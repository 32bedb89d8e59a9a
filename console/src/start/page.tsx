import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { useRead } from '../api/queries'
import { Methods } from '../me/methods'
import { Head } from '../parts/frame'
import { Invite } from '../settings/invite'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'
import { FirstError } from './first-error'
import { FirstIntegration } from './first-integration'
import { FirstTeam } from './first-team'
import { PageMyself } from './page-myself'
import styles from './start.module.css'
import { Step } from './step'

const ERRORS = 5

/** From an empty server to the first page: each step is done right here, and the next one opens. */
export function Component() {
  const teams = useRead('/team/list', { limit: 1, asc: true })
  const members = useRead('/member/list', { limit: 2 })
  const integrations = useRead('/datasource/list', {})
  const contacts = useRead('/preference/contact/list', {})
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const issues = useRead('/rum/issue/list', { start_time: end - 30 * DAY, end_time: end, limit: 1 })
  const [search] = useSearchParams()
  const asked = search.get('step') === 'errors' ? ERRORS : null
  const [chosen, setChosen] = useState<number | null>(asked)
  const [hasCome, setCome] = useState(false)
  const [isPaged, setPaged] = useState(false)
  const team = teams.data?.items[0]
  const steps: { title: string; isDone: boolean; body: ReactNode }[] = [
    {
      title: t('Name a team'),
      isDone: team !== undefined,
      body: <FirstTeam team={team} />,
    },
    {
      title: t('Invite others'),
      isDone: (members.data?.total ?? 0) > 1,
      body: <Invite />,
    },
    {
      title: t('Add an integration, send a test event and watch it arrive'),
      isDone: hasCome,
      body: (
        <FirstIntegration
          team={team}
          integrations={integrations.data ?? []}
          came={() => setCome(true)}
        />
      ),
    },
    {
      title: t('Prove a phone, an e-mail or this browser'),
      isDone: (contacts.data?.items ?? []).some((each) => each.is_verified),
      body: <Methods />,
    },
    {
      title: t('Page yourself'),
      isDone: isPaged,
      body: <PageMyself arrived={() => setPaged(true)} />,
    },
    {
      title: t('Have an application send its errors'),
      isDone: (issues.data?.items ?? []).length > 0,
      body: <FirstError first={issues.data?.items[0]} />,
    },
  ]
  const isKnown = Boolean(teams.data && members.data && integrations.data && contacts.data)
  // Where they begin; from then on a step stays open until they go on.
  const first = steps.findIndex((each) => !each.isDone)
  if (isKnown && chosen === null) setChosen(first)
  return (
    <>
      <Head title={t('First steps')} />
      <ol className={styles.steps}>
        {steps.map(({ title, isDone, body }, place) => (
          <Step
            key={title}
            number={place + 1}
            title={title}
            isDone={isDone}
            isOpen={place === chosen}
            choose={() => setChosen(place === chosen ? -1 : place)}
            next={place + 1 < steps.length ? () => setChosen(place + 1) : undefined}
          >
            {body}
          </Step>
        ))}
      </ol>
    </>
  )
}
