import {
  IconAdjustments,
  IconBug,
  IconCalendarTime,
  IconFlame,
  IconPlug,
  IconRoute,
  IconUrgent,
  type Icon,
} from '../parts/icons'
import { t } from '../words/words'

export interface Place {
  to: string
  label: string
  icon: Icon
  /** Shown in the bar of a phone too. */
  isMain: boolean
}

/** Where the navigation leads. */
export function places(): Place[] {
  return [
    { to: '/', label: t('Now'), icon: IconUrgent, isMain: true },
    { to: '/incidents', label: t('Incidents'), icon: IconFlame, isMain: true },
    { to: '/issues', label: t('Issues'), icon: IconBug, isMain: true },
    { to: '/on-call', label: t('On-call'), icon: IconCalendarTime, isMain: true },
    { to: '/channels', label: t('Channels and rules'), icon: IconRoute, isMain: false },
    { to: '/integrations', label: t('Integrations'), icon: IconPlug, isMain: false },
    { to: '/settings', label: t('Settings'), icon: IconAdjustments, isMain: false },
  ]
}
