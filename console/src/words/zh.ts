/** The Chinese twins of the texts; `npm run check` sees to it that there is one for each. */
const words: Record<string, string> = {}

export default words
