import guide from '../../../docs/senders.md?raw'

export interface Sender {
  name: string
  type: string
  about: string
  setups: string[]
  addresses: string[]
}

/** Every sender with its set-up, as the documentation has them. */
export const SENDERS: Sender[] = guide
  .split(/^## /m)
  .slice(1)
  .map(read)
  .filter((each) => each.type !== '')

function read(section: string): Sender {
  const [name = '', ...lines] = section.split('\n')
  const text = lines.join('\n')
  const prose = text.replace(/```[\s\S]*?```/g, '').split('\n| ')[0] ?? ''
  return {
    name: name.trim(),
    type: /`plugin_type` `([^`]+)`/.exec(text)?.[1] ?? '',
    about: prose.replace(/^Integrations of .*$/m, '').trim(),
    setups: [...text.matchAll(/```\n([\s\S]*?)```/g)].map((found) => found[1] ?? ''),
    addresses: [...new Set([...text.matchAll(/^\| `([^`]+)`/gm)].map((found) => found[1] ?? ''))],
  }
}

/** A set-up with this server's address and the integration's key in it. */
export function filled(setup: string, key: string): string {
  return setup.replaceAll('URL', location.origin).replaceAll('KEY', key || 'KEY')
}
