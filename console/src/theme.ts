import { Drawer, Modal, createTheme, type MantineThemeOverride } from '@mantine/core'
import { t, type Language } from './words/words'

/** How things look, and what has words by itself. Colours live in base.css. Scroll locks would add inline styles, which the pages do not allow. */
export function theme(language: Language): MantineThemeOverride {
  const shared = { lockScroll: false, closeButtonProps: { 'aria-label': t('Close') } }
  return createTheme({
    other: { language },
    primaryColor: 'teal',
    defaultRadius: 'md',
    cursorType: 'pointer',
    components: {
      Modal: Modal.extend({ defaultProps: { ...shared, centered: true } }),
      Drawer: Drawer.extend({ defaultProps: { ...shared, position: 'right' } }),
    },
  })
}
