import { MultiSelect } from '@mantine/core'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { t } from '../words/words'

/** By which methods the caller is told, by severity; saved as it is changed. */
export function Preferences() {
  const preference = useRead('/preference/info', {})
  const contacts = useRead('/preference/contact/list', {})
  const update = useAct('/preference/update', { said: t('Saved') })
  const methods = [
    ...new Set(['email', ...(contacts.data?.items ?? []).map((each) => each.method)]),
  ]
  return (
    <Card title={t('How I am told')}>
      <Answer to={preference}>
        {({ trigger_notify: told }) => (
          <>
            {(['critical', 'warning', 'info'] as const).map((severity) => (
              <MultiSelect
                key={severity}
                mb="sm"
                label={
                  { critical: t('Critical'), warning: t('Warning'), info: t('Info') }[severity]
                }
                data={[...new Set([...methods, ...(told[severity] ?? [])])]}
                value={told[severity] ?? []}
                onChange={(chosen) =>
                  update.mutate({ trigger_notify: { ...told, [severity]: chosen } })
                }
              />
            ))}
          </>
        )}
      </Answer>
    </Card>
  )
}
