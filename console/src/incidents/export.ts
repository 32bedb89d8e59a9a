import { read } from '../api/queries'

/** Save an incident as a Markdown document with its timeline. */
export async function exportMarkdown(incidentId: string): Promise<void> {
  const { file_name: name, markdown } = await read('/incident/export', { incident_id: incidentId })
  const address = URL.createObjectURL(new Blob([markdown], { type: 'text/markdown' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
