import { ActionIcon, NumberInput, Switch } from '@mantine/core'
import type { Schema } from '../api/call'
import { IconArrowDown, IconArrowUp, IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import rules from '../rules/rules.module.css'
import styles from './oncall.module.css'
import { TargetFields } from './target'

type Layer = Schema['Layer']

interface Shown {
  place: number
  layer: Layer
  isLast: boolean
  change: (layer: Layer) => void
  move: (by: number) => void
  remove: () => void
}

/** A level of a ladder: whom it tells, how often, and when the next one is told. */
export function Rung({ place, layer, isLast, change, move, remove }: Shown) {
  const put = (changed: Partial<Layer>) => change({ ...layer, ...changed })
  const name = t('Level {n}', { n: place + 1 })
  return (
    <li className={styles.rung} data-level={place + 1} aria-label={name}>
      <div className={parts.stack}>
        <div className={parts.row}>
          <strong className={rules.grow}>{name}</strong>
          <ActionIcon
            variant="subtle"
            disabled={place === 0}
            aria-label={t('Move up: {name}', { name })}
            onClick={() => move(-1)}
          >
            <IconArrowUp size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            disabled={isLast}
            aria-label={t('Move down: {name}', { name })}
            onClick={() => move(1)}
          >
            <IconArrowDown size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            disabled={isLast && place === 0}
            aria-label={t('Remove {name}', { name })}
            onClick={remove}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </div>
        <TargetFields target={layer.target} change={(target) => put({ target })} />
        <div className={rules.fields}>
          <NumberInput
            label={t('Times it is told')}
            min={0}
            max={6}
            value={layer.max_times ?? 1}
            onChange={(value) => put({ max_times: Number(value) || 0 })}
          />
          <NumberInput
            label={t('Minutes between')}
            min={0.5}
            max={120}
            value={layer.notify_step ?? 5}
            onChange={(value) => put({ notify_step: Number(value) || 5 })}
          />
          <NumberInput
            label={t('Minutes until the next level; 0: never')}
            min={0}
            max={720}
            value={layer.escalate_window ?? 0}
            onChange={(value) => put({ escalate_window: Number(value) || 0 })}
          />
        </div>
        <Switch
          label={t('Go on even when somebody acknowledged')}
          checked={layer.force_escalate ?? false}
          onChange={(event) => put({ force_escalate: event.currentTarget.checked })}
        />
      </div>
    </li>
  )
}
