import { Select } from '@mantine/core'
import { useState } from 'react'
import type { Schema } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Empty } from '../parts/frame'
import { useChannels } from '../parts/names'
import parts from '../parts/parts.module.css'
import { fromLocal, seconds } from '../words/time'
import { t } from '../words/words'
import { Told } from './told'
import { When } from './when'

/** Who would be told, level by level, if an incident began at an instant. */
export default function WhoIsPaged() {
  const channels = useChannels()
  const [chosen, setChosen] = useState<string | null>(null)
  const [severity, setSeverity] = useState<Schema['Severity']>('Critical')
  const [at, setAt] = useState('')
  const channel = chosen ?? channels[0]?.value
  const told = useRead(
    '/channel/escalate/preview',
    { channel_id: Number(channel), severity, at: seconds(fromLocal(at)) },
    { enabled: channel !== undefined },
  )
  return (
    <div className={parts.stack}>
      <div className={parts.row}>
        <Select
          label={t('Channel')}
          allowDeselect={false}
          data={channels}
          value={channel ?? null}
          onChange={setChosen}
        />
        <When severity={severity} setSeverity={setSeverity} at={at} setAt={setAt} />
      </div>
      {!channel && <Empty>{t('There is no channel yet.')}</Empty>}
      {channel && <Answer to={told}>{(found) => <Told found={found} />}</Answer>}
    </div>
  )
}
