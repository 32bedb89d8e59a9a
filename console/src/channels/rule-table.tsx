import { ActionIcon, Switch } from '@mantine/core'
import { useMay } from '../api/session'
import { Empty } from '../parts/frame'
import { IconPencil, IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { Table } from '../parts/table'
import { t } from '../words/words'

interface Rule {
  rule_id: string
  rule_name: string
  status: 'enabled' | 'disabled'
}

interface Shown<R extends Rule> {
  rules: R[]
  words: (rule: R) => string
  edit: (rule: R) => void
  toggle: (rule: R) => void
  remove: (rule: R) => void
}

/** Rules in the order in which they are tried. */
export function RuleTable<R extends Rule>({ rules, words, edit, toggle, remove }: Shown<R>) {
  const mayManage = useMay('Channels Manage')
  if (!rules.length) return <Empty>{t('None.')}</Empty>
  return (
    <Table heads={[t('Name'), t('What'), t('On'), t('Change')]}>
      {rules.map((each) => (
        <tr key={each.rule_id}>
          <td>{each.rule_name}</td>
          <td>{words(each)}</td>
          <td>
            <Switch
              aria-label={t('{name} is in force', { name: each.rule_name })}
              disabled={!mayManage}
              checked={each.status === 'enabled'}
              onChange={() => toggle(each)}
            />
          </td>
          <td>
            {mayManage && (
              <div className={parts.row}>
                <ActionIcon
                  variant="subtle"
                  aria-label={t('Edit {name}', { name: each.rule_name })}
                  onClick={() => edit(each)}
                >
                  <IconPencil size={17} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="red"
                  aria-label={t('Remove {name}', { name: each.rule_name })}
                  onClick={() => remove(each)}
                >
                  <IconTrash size={17} />
                </ActionIcon>
              </div>
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}

/** The operation that turns a rule on or off, whichever it is not. */
export function useToggle<R extends Rule>(
  enable: { mutate: (id: { channel_id: number; rule_id: string }) => void },
  disable: { mutate: (id: { channel_id: number; rule_id: string }) => void },
  channelId: number,
): (rule: R) => void {
  return ({ rule_id, status }) =>
    (status === 'enabled' ? disable : enable).mutate({ channel_id: channelId, rule_id })
}
