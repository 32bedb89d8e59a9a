import { Loader } from '@mantine/core'
import { Suspense } from 'react'
import { Outlet, ScrollRestoration, useLocation } from 'react-router'
import { Me, useSession } from '../api/session'
import { Live } from '../api/live'
import { SignIn } from '../sign-in/sign-in'
import { t } from '../words/words'
import { KeysHelp } from './keys-help'
import { Navigation } from './navigation'
import { Palette } from './palette'
import styles from './shell.module.css'
import { StaleMark } from './stale-mark'

/** The frame around every screen; who is not signed in sees the sign-in instead. */
export function Shell() {
  const { session, failure } = useSession()
  const { pathname } = useLocation()
  if (session === undefined) return <Waiting unreachable={failure !== null} />
  if (session === null) return <SignIn />
  return (
    <Me value={session}>
      <div className={styles.frame}>
        <a href="#main" className={styles.skip}>
          {t('Skip to the content')}
        </a>
        <Live />
        <Navigation />
        <Palette />
        <KeysHelp />
        <main id="main" tabIndex={-1} className={styles.main} data-screen={pathname}>
          <StaleMark />
          <Suspense fallback={<Waiting unreachable={false} />}>
            <Outlet />
          </Suspense>
        </main>
        <ScrollRestoration />
      </div>
    </Me>
  )
}

function Waiting({ unreachable }: { unreachable: boolean }) {
  return (
    <div className={styles.waiting} role="status">
      <Loader aria-hidden />
      {unreachable ? t('The server cannot be reached. Trying again.') : t('One moment')}
    </div>
  )
}
