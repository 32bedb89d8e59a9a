import {
  ActionIcon,
  Button,
  MultiSelect,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import type { Schema } from '../api/call'
import { useRead } from '../api/queries'
import { IconTrash } from '../parts/icons'
import { useMembers, useTeams } from '../parts/names'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import rules from '../rules/rules.module.css'

export type Target = Schema['Target']
type Methods = Schema['Methods']
type Robot = Schema['Robot']

const METHODS = [
  'email',
  'sms',
  'voice',
  'push',
  'telegram',
  'slack',
  'feishu',
  'dingtalk',
  'wecom',
]
const ROBOTS = ['slack', 'feishu', 'dingtalk', 'wecom', 'teams', 'zoom', 'telegram']
const APPS = ['slack_app', 'feishu_app']

interface Shown {
  target: Target
  change: (target: Target) => void
}

/** Whom a level tells, and by which methods. */
export function TargetFields({ target, change }: Shown) {
  const members = useMembers()
  const teams = useTeams()
  const schedules = useRead('/schedule/list', { limit: 100 }, { fresh: 300_000 })
  const put = (changed: Partial<Target>) => change({ ...target, ...changed })
  const onCall = target.schedule_to_role_ids ?? {}
  return (
    <>
      <div className={rules.fields}>
        <MultiSelect
          label={t('Whoever is on call in')}
          data={(schedules.data?.items ?? []).map((each) => ({
            value: String(each.schedule_id),
            label: each.schedule_name ?? '',
          }))}
          value={Object.keys(onCall)}
          onChange={(ids) =>
            put({
              schedule_to_role_ids: Object.fromEntries(ids.map((id) => [id, onCall[id] ?? []])),
            })
          }
        />
        <MultiSelect
          label={t('People')}
          data={members}
          searchable
          value={(target.person_ids ?? []).map(String)}
          onChange={(ids) => put({ person_ids: ids.map(Number) })}
        />
        <MultiSelect
          label={t('Teams')}
          data={teams}
          value={(target.team_ids ?? []).map(String)}
          onChange={(ids) => put({ team_ids: ids.map(Number) })}
        />
        <TagsInput
          label={t('Further addresses')}
          acceptValueOnBlur
          value={target.emails ?? []}
          onChange={(emails) => put({ emails })}
        />
      </div>
      <How by={target.by ?? { follow_preference: true }} put={(by) => put({ by })} />
      <Robots robots={target.webhooks ?? []} put={(webhooks) => put({ webhooks })} />
    </>
  )
}

function How({ by, put }: { by: Methods; put: (by: Methods) => void }) {
  const names = { critical: t('Critical'), warning: t('Warning'), info: t('Info') }
  return (
    <>
      <Switch
        label={t('By the methods that each person prefers')}
        checked={by.follow_preference ?? false}
        onChange={(event) =>
          put(
            event.currentTarget.checked
              ? { follow_preference: true }
              : { critical: ['voice', 'push'], warning: ['push'], info: ['email'] },
          )
        }
      />
      {!by.follow_preference && (
        <div className={rules.fields}>
          {(['critical', 'warning', 'info'] as const).map((severity) => (
            <MultiSelect
              key={severity}
              label={names[severity]}
              data={METHODS}
              value={by[severity] ?? []}
              onChange={(methods) => put({ ...by, [severity]: methods })}
            />
          ))}
        </div>
      )}
    </>
  )
}

function Robots({ robots, put }: { robots: Robot[]; put: (robots: Robot[]) => void }) {
  const apps = useRead('/datasource/list', { category: 'im', limit: 100 }, { fresh: 300_000 })
  return (
    <>
      {robots.map((robot, place) => {
        const settings = (robot.settings ?? {}) as Record<string, unknown>
        const text = (key: string) => String(settings[key] ?? '')
        const set = (changed: Record<string, unknown>) =>
          put(robots.with(place, { ...robot, settings: { ...settings, ...changed } }))
        const isApp = APPS.includes(robot.type)
        return (
          <div key={place} className={parts.row}>
            <Select
              label={t('Chat')}
              w={130}
              allowDeselect={false}
              data={[...ROBOTS, ...APPS]}
              value={robot.type}
              onChange={(type) => put(robots.with(place, { type: type ?? 'slack', settings: {} }))}
            />
            {isApp ? (
              <Select
                label={t('App')}
                flex={1}
                data={(apps.data ?? [])
                  .filter((each) => each.plugin_type === robot.type)
                  .map((each) => ({ value: String(each.integration_id), label: each.name }))}
                value={text('integration_id') || text('data_source_id') || null}
                onChange={(id) => set({ integration_id: Number(id) })}
              />
            ) : (
              <TextInput
                label={
                  robot.type === 'telegram' ? t('Token of the bot') : t('Address of the webhook')
                }
                flex={1}
                value={text('token')}
                onChange={(event) => set({ token: event.currentTarget.value })}
              />
            )}
            {(isApp || robot.type === 'telegram') && (
              <TagsInput
                label={t('Ids of the chats')}
                acceptValueOnBlur
                value={(settings['chat_ids'] as string[] | undefined) ?? []}
                onChange={(ids) => set({ chat_ids: ids })}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t('Remove the chat')}
              onClick={() => put(robots.toSpliced(place, 1))}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </div>
        )
      })}
      <div>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => put([...robots, { type: 'slack', settings: {} }])}
        >
          {t('Tell a chat too')}
        </Button>
      </div>
    </>
  )
}
