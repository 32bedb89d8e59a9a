import { useSyncExternalStore } from 'react'

/** Texts are written in English where they are shown; `zh.ts` holds their Chinese twins. */
export type Language = 'en' | 'zh'
type Params = Record<string, string | number>

const KEPT = 'tocsin.language'
const listeners = new Set<() => void>()
let language: Language = 'en'
let dictionary: Record<string, string> = {}

export function preferred(): Language {
  const kept = localStorage.getItem(KEPT)
  if (kept === 'en' || kept === 'zh') return kept
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** Load the words of a language, then show everything in it. */
export async function speak(wanted: Language): Promise<void> {
  dictionary = wanted === 'zh' ? (await import('./zh.json')).default : {}
  language = wanted
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en'
  listeners.forEach((tell) => tell())
}

export function choose(wanted: Language): void {
  localStorage.setItem(KEPT, wanted)
  void speak(wanted)
}

export const spoken = (): Language => language

export function useLanguage(): Language {
  return useSyncExternalStore((tell) => {
    listeners.add(tell)
    return () => listeners.delete(tell)
  }, spoken)
}

/** The text in the language of the page, with `{name}` replaced from `params`. */
export function t(text: string, params: Params = {}): string {
  const said = dictionary[text] ?? text
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
