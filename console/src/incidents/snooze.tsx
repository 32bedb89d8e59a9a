import { Button, Modal } from '@mantine/core'
import { useAct } from '../api/queries'
import parts from '../parts/parts.module.css'
import { MINUTE, span } from '../words/time'
import { t } from '../words/words'

const LENGTHS = [15, 30, 60, 120, 240, 480, 1440]

/** Keep incidents quiet for one of a few lengths of time. */
export function QuickSnooze({ ids, close }: { ids: string[]; close: () => void }) {
  const snooze = useAct('/incident/snooze', { said: t('Snoozed'), then: close })
  return (
    <Modal opened onClose={close} title={t('Keep quiet for')}>
      <div className={parts.row}>
        {LENGTHS.map((minutes) => (
          <Button
            key={minutes}
            variant="default"
            loading={snooze.isPending && snooze.variables.minutes === minutes}
            onClick={() => snooze.mutate({ incident_ids: ids, minutes })}
          >
            {span(minutes * MINUTE)}
          </Button>
        ))}
      </div>
    </Modal>
  )
}
