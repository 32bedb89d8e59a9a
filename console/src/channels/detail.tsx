import { Tabs } from '@mantine/core'
import { useParams } from 'react-router'
import { useRead } from '../api/queries'
import { LadderBoard } from '../oncall/ladders'
import { Answer } from '../parts/answer'
import { Head } from '../parts/frame'
import { Badge } from '../parts/severity'
import { useTab } from '../parts/use-tab'
import { t } from '../words/words'
import { Grouping } from './grouping'
import { Noise } from './noise'
import { Senders } from './senders'

/** A channel with everything that decides what becomes of its alerts. */
export function Component() {
  const { id = '' } = useParams()
  const channel = useRead('/channel/info', { channel_id: Number(id) })
  const tab = useTab('noise', 'group', 'told', 'senders')
  return (
    <Answer to={channel}>
      {(found) => (
        <>
          <Head title={found.channel_name}>
            {found.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
          </Head>
          <Tabs {...tab} keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="noise">{t('Silence, inhibit, drop')}</Tabs.Tab>
              <Tabs.Tab value="group">{t('Grouping')}</Tabs.Tab>
              <Tabs.Tab value="told">{t('Escalation')}</Tabs.Tab>
              <Tabs.Tab value="senders">{t('Senders')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="noise">
              <Noise channelId={found.channel_id} />
            </Tabs.Panel>
            <Tabs.Panel value="group">
              <Grouping key={found.channel_id} channel={found} />
            </Tabs.Panel>
            <Tabs.Panel value="told">
              <LadderBoard channelId={found.channel_id} />
            </Tabs.Panel>
            <Tabs.Panel value="senders">
              <Senders channelId={found.channel_id} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Answer>
  )
}
