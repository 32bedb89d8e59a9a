import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Card } from '../parts/frame'
import { IconArrowDown, IconArrowUp, IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { HOUR, seconds } from '../words/time'
import { t } from '../words/words'
import { Hours } from './hours'
import styles from './oncall.module.css'
import { Turns } from './turns'
import { rotation, type Layer } from './write'

interface Shown {
  layers: Layer[]
  change: (layers: Layer[]) => void
  zone: string
}

/** The layers of a schedule; they are brought into another order by dragging or by key. */
export function Layers({ layers, change, zone }: Shown) {
  const [held, setHeld] = useState<number | null>(null)
  const put = (place: number, layer: Layer) => change(layers.with(place, layer))

  function move(from: number, to: number) {
    const layer = layers[from]
    if (layer && layers[to]) change(layers.toSpliced(from, 1).toSpliced(to, 0, layer))
  }

  return (
    <Card
      title={t('Layers')}
      aside={
        <Button
          size="xs"
          variant="default"
          onClick={() =>
            change([
              ...layers,
              rotation(t('By turns'), [], seconds(Math.floor(Date.now() / HOUR) * HOUR)),
            ])
          }
        >
          {t('Add a layer')}
        </Button>
      }
    >
      <div className={parts.stack}>
        {layers.map((layer, place) => (
          <div
            key={place}
            className={styles.layer}
            role="group"
            aria-label={layer.layer_name ?? ''}
            draggable
            onDragStart={() => setHeld(place)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => {
              if (held !== null) move(held, place)
              setHeld(null)
            }}
          >
            <One
              layer={layer}
              zone={zone}
              put={(changed) => put(place, changed)}
              move={(by) => move(place, place + by)}
              remove={() => change(layers.toSpliced(place, 1))}
            />
          </div>
        ))}
      </div>
    </Card>
  )
}

interface OneLayer {
  layer: Layer
  zone: string
  put: (layer: Layer) => void
  move: (by: number) => void
  remove: () => void
}

function One({ layer, zone, put, move, remove }: OneLayer) {
  const name = layer.layer_name ?? ''
  return (
    <>
      <div className={parts.row}>
        <TextInput
          label={t('Name')}
          w={150}
          value={name}
          onChange={(event) => put({ ...layer, layer_name: event.currentTarget.value })}
        />
        <Turns layer={layer} put={put} />
        {layer.mode !== 1 && (
          <>
            <NumberInput
              label={t('Each turn')}
              w={80}
              min={1}
              max={30}
              value={layer.rotation_value ?? 1}
              onChange={(value) => put({ ...layer, rotation_value: Number(value) || 1 })}
            />
            <Select
              label={t('Unit')}
              w={110}
              allowDeselect={false}
              value={layer.rotation_unit ?? 'week'}
              data={[
                { value: 'hour', label: t('hours') },
                { value: 'day', label: t('days') },
                { value: 'week', label: t('weeks') },
                { value: 'month', label: t('months') },
              ]}
              onChange={(unit) => put({ ...layer, rotation_unit: unit as Layer['rotation_unit'] })}
            />
          </>
        )}
        <ActionIcon
          variant="subtle"
          aria-label={t('Move up: {name}', { name })}
          onClick={() => move(-1)}
        >
          <IconArrowUp size={17} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          aria-label={t('Move down: {name}', { name })}
          onClick={() => move(1)}
        >
          <IconArrowDown size={17} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={t('Remove layer {name}', { name })}
          onClick={remove}
        >
          <IconTrash size={17} />
        </ActionIcon>
      </div>
      <details>
        <summary>{t('Hours and days')}</summary>
        <Hours layer={layer} zone={zone} put={put} />
      </details>
    </>
  )
}
