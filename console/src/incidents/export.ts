import type { Data } from '../api/call'
import { read } from '../api/queries'
import { full, ms } from '../words/time'
import { t } from '../words/words'
import { peopleOf, sentence } from './sentence'

/** Save an incident as a Markdown file: its facts, then its timeline from the beginning. */
export async function exportMarkdown(incident: Data<'/incident/info'>): Promise<void> {
  const feed = await read('/incident/feed', {
    incident_id: incident.incident_id,
    asc: true,
    limit: 100,
  })
  const ids = [...new Set(peopleOf(feed.items).filter((id) => id > 0))].slice(0, 100)
  const people = ids.length ? (await read('/person/infos', { person_ids: ids })).items : []
  const names = new Map(people.map((each) => [each.person_id, each.person_name]))
  const name = (id: number) => names.get(id) ?? t('Tocsin')
  const sections: [string, string][] = [
    [t('What it is'), incident.description],
    [t('Impact'), incident.impact],
    [t('Root cause'), incident.root_cause],
    [t('Resolution'), incident.resolution],
  ]
  const lines = [
    `# ${incident.title}`,
    '',
    `- ${t('Severity')}: ${incident.incident_severity}`,
    `- ${t('Channel')}: ${incident.channel_name}`,
    `- ${t('Began')}: ${full(ms(incident.start_time))}`,
    ...(incident.close_time ? [`- ${t('Closed')}: ${full(ms(incident.close_time))}`] : []),
    '',
    ...sections.filter(([, text]) => text).flatMap(([title, text]) => [`## ${title}`, '', text, '']),
    `## ${t('Timeline')}`,
    '',
    ...feed.items.map((each) => {
      const said = 'comment' in each.detail ? `: ${each.detail.comment}` : ''
      return `- ${full(ms(each.created_at))}: ${sentence(each, name)}${said}`
    }),
    '',
  ]
  save(`incident-${incident.num}.md`, lines.join('\n'))
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
