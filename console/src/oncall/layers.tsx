import { ActionIcon, Button, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Card } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { useMembers } from '../parts/names'
import parts from '../parts/parts.module.css'
import { HOUR, moment, ms, seconds } from '../words/time'
import { t } from '../words/words'
import { peopleOfLayer, rotation, type Layer } from './write'

interface Shown {
  layers: Layer[]
  change: (layers: Layer[]) => void
  zone: string
}

/** The layers of a schedule; they are dragged by their names into another order. */
export function Layers({ layers, change, zone }: Shown) {
  const [held, setHeld] = useState<number | null>(null)
  const put = (place: number, layer: Layer) =>
    change(layers.map((each, other) => (other === place ? layer : each)))

  function drop(place: number) {
    if (held === null) return
    const moved = layers.filter((_, other) => other !== held)
    const layer = layers[held]
    if (layer) change(moved.toSpliced(place, 0, layer))
    setHeld(null)
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
            draggable
            onDragStart={() => setHeld(place)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => drop(place)}
          >
            <One
              layer={layer}
              zone={zone}
              put={(changed) => put(place, changed)}
              remove={() => change(layers.filter((_, other) => other !== place))}
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
  remove: () => void
}

function One({ layer, zone, put, remove }: OneLayer) {
  const members = useMembers()
  const groups = (people: string[]) =>
    layer.mode === 1
      ? [{ members: [{ role_id: 0, person_ids: people.map(Number) }] }]
      : people.map((id) => ({ members: [{ role_id: 0, person_ids: [Number(id)] }] }))
  return (
    <div className={parts.row}>
      <TextInput
        label={t('Name')}
        w={150}
        value={layer.layer_name ?? ''}
        onChange={(event) => put({ ...layer, layer_name: event.currentTarget.value })}
      />
      <MultiSelect
        label={layer.mode === 1 ? t('Who stands in') : t('By turns')}
        miw={240}
        flex={1}
        data={members}
        value={peopleOfLayer(layer)}
        onChange={(people) => put({ ...layer, groups: groups(people) })}
      />
      {layer.mode === 1 ? (
        <span className={parts.soft}>
          {moment(ms(layer.layer_start ?? 0), zone)} – {moment(ms(layer.layer_end ?? 0), zone)}
        </span>
      ) : (
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
        color="red"
        aria-label={t('Remove layer {name}', { name: layer.layer_name ?? '' })}
        onClick={remove}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </div>
  )
}
