import { Kbd, Modal } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useState } from 'react'
import { Table } from '../parts/table'
import { t } from '../words/words'

/** What the keys do; ? opens it. */
export function KeysHelp() {
  const [isOpen, setOpen] = useState(false)
  useHotkeys([['shift+?', () => setOpen(true)]])
  if (!isOpen) return null
  const keys: [string[], string][] = [
    [['Ctrl K', '/'], t('Search everywhere')],
    [['j', 'k'], t('Next and previous in the list')],
    [['Enter'], t('Open what is chosen')],
    [['x'], t('Choose for a bulk action')],
    [['a'], t('Acknowledge')],
    [['r'], t('Resolve')],
    [['s'], t('Snooze')],
    [['Esc'], t('Close')],
    [['?'], t('Show the keys')],
  ]
  return (
    <Modal opened onClose={() => setOpen(false)} title={t('Keys')}>
      <Table heads={[t('Key'), t('What it does')]}>
        {keys.map(([names, what]) => (
          <tr key={what}>
            <td>
              {names.map((each) => (
                <Kbd key={each} mr={6}>
                  {each}
                </Kbd>
              ))}
            </td>
            <td>{what}</td>
          </tr>
        ))}
      </Table>
    </Modal>
  )
}
