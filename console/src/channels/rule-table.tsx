import { ActionIcon } from '@mantine/core'
import { useMay } from '../api/session'
import { Empty } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { Badge } from '../parts/severity'
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
  remove: (ruleId: string) => void
}

/** Rules in the order in which they are tried. */
export function RuleTable<R extends Rule>({ rules, words, remove }: Shown<R>) {
  const mayManage = useMay('Channels Manage')
  if (!rules.length) return <Empty>{t('None.')}</Empty>
  return (
    <Table heads={[t('Name'), t('What'), '']}>
      {rules.map((each) => (
        <tr key={each.rule_id}>
          <td>
            {each.rule_name} {each.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
          </td>
          <td>{words(each)}</td>
          <td>
            {mayManage && (
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('Remove {name}', { name: each.rule_name })}
                onClick={() => remove(each.rule_id)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}
