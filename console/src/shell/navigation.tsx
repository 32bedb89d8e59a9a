import { ActionIcon, Menu } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { IconSearch } from '../parts/icons'
import { Link, NavLink } from 'react-router'
import { t } from '../words/words'
import { places } from './places'
import { PersonMenu } from './person-menu'
import styles from './shell.module.css'

export function Navigation() {
  const all = places()
  return (
    <nav className={styles.nav} aria-label={t('Main')}>
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" />
        Tocsin
        <ActionIcon
          ml="auto"
          variant="subtle"
          color="gray"
          aria-label={t('Search everywhere')}
          onClick={spotlight.open}
        >
          <IconSearch size={18} />
        </ActionIcon>
      </div>
      {all.map(({ to, label, icon: Icon, isMain }) => (
        <NavLink
          key={to}
          to={to}
          end={to === '/'}
          className={isMain ? styles.link : `${styles.link} ${styles.wide}`}
        >
          <Icon size={20} stroke={1.7} aria-hidden />
          {label}
        </NavLink>
      ))}
      <div className={styles.foot}>
        <Menu position="top-end" width={220}>
          <PersonMenu>
            {all
              .filter((each) => !each.isMain)
              .map(({ to, label, icon: Icon }) => (
                <Menu.Item key={to} component={Link} to={to} leftSection={<Icon size={16} />}>
                  {label}
                </Menu.Item>
              ))}
            <Menu.Item leftSection={<IconSearch size={16} />} onClick={spotlight.open}>
              {t('Search everywhere')}
            </Menu.Item>
          </PersonMenu>
        </Menu>
      </div>
    </nav>
  )
}
