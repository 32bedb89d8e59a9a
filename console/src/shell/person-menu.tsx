import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import {
  IconChecklist,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconUser,
  IconUserCircle,
} from '../parts/icons'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useAct } from '../api/queries'
import { endSession, useMe } from '../api/session'
import { choose, spoken, t } from '../words/words'
import styles from './shell.module.css'

/** Who is signed in, how the console looks and speaks, and what has no room in a phone's bar. */
export function PersonMenu({ children }: { children: ReactNode }) {
  const me = useMe()
  const cache = useQueryClient()
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const signOut = useAct('/session/delete', { then: () => endSession(cache) })
  return (
    <>
      <Menu.Target>
        <UnstyledButton
          className={styles.link}
          aria-label={t('Menu of {name}', { name: me.member_name })}
        >
          <IconUserCircle size={20} stroke={1.7} aria-hidden />
          <span>{me.member_name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {children}
        <Menu.Divider />
        <Menu.Item component={Link} to="/me" leftSection={<IconUser size={16} />}>
          {t('My shifts and methods')}
        </Menu.Item>
        <Menu.Item component={Link} to="/start" leftSection={<IconChecklist size={16} />}>
          {t('First steps')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconMoon size={16} />}
          closeMenuOnClick={false}
          onClick={() => setColorScheme(NEXT_SCHEME[colorScheme])}
        >
          {t('Theme: {name}', { name: schemeName(colorScheme) })}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLanguage size={16} />}
          lang={spoken() === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => choose(spoken() === 'zh' ? 'en' : 'zh')}
        >
          {spoken() === 'zh' ? 'English' : '中文'}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate({})}>
          {t('Sign out')}
        </Menu.Item>
      </Menu.Dropdown>
    </>
  )
}

const NEXT_SCHEME = { auto: 'light', light: 'dark', dark: 'auto' } as const

function schemeName(scheme: keyof typeof NEXT_SCHEME): string {
  return { auto: t('as the system'), light: t('light'), dark: t('dark') }[scheme]
}
