import { Loader, Select } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { useMay } from '../api/session'
import type { Issue } from '../issues/status'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { AddApplication } from '../settings/applications'
import { snippets } from '../settings/snippets'
import { t } from '../words/words'

/** An application with what its SDK needs; then its first error. */
export function FirstError({ first }: { first: Issue | undefined }) {
  const applications = useRead('/rum/application/list', { limit: 1 })
  const mayManage = useMay('Applications Manage')
  return (
    <Answer to={applications}>
      {({ items: [mine] }) => {
        if (mine) return <SetUp dsn={mine.dsn} first={first} />
        if (!mayManage) return <Empty>{t('No application yet.')}</Empty>
        return (
          <div className={parts.stack}>
            <p>{t('An application is what sends errors, by the Sentry SDK of its language.')}</p>
            <AddApplication />
          </div>
        )
      }}
    </Answer>
  )
}

function SetUp({ dsn, first }: { dsn: string; first: Issue | undefined }) {
  const known = snippets(dsn)
  const languages = Object.keys(known)
  const [language, setLanguage] = useState(languages[0] ?? '')
  return (
    <div className={parts.stack}>
      <Code label={t('DSN')} text={dsn} />
      <Select
        label={t('Language')}
        maw={220}
        allowDeselect={false}
        data={languages}
        value={language}
        onChange={(chosen) => setLanguage(chosen ?? language)}
      />
      <Code label={t('Set-up')} text={known[language] ?? dsn} />
      <span role="status" className={parts.row}>
        {first ? (
          <Link to={`/issues/${first.issue_id}`}>
            {t('It arrived: {title}', { title: first.error.type || first.error.message })}
          </Link>
        ) : (
          <>
            <Loader size="sm" aria-hidden /> {t('Waiting for the first error…')}
          </>
        )}
      </span>
    </div>
  )
}
