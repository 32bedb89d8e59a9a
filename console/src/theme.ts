import { Drawer, Modal, createTheme } from '@mantine/core'

/** Colours live in base.css. Scroll locks would add inline styles, which the pages do not allow. */
export const theme = createTheme({
  primaryColor: 'teal',
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false, position: 'right' } }),
  },
})
