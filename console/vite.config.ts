import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Built into the package, which serves it. Nothing is inlined: the pages allow no inline code. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../tocsin/console_assets',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
})
