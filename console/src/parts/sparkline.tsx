/** A small line of numbers, the eldest first; the words beside it say what they count. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const top = Math.max(1, ...values)
  const step = 100 / Math.max(1, values.length)
  return (
    <svg
      viewBox="0 0 100 24"
      width="100"
      height="24"
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      {values.map((value, place) => {
        const height = value ? Math.max(1.5, (value / top) * 24) : 0
        return (
          <rect
            key={place}
            x={place * step}
            y={24 - height}
            width={step * 0.8}
            height={height}
            fill="var(--accent)"
          />
        )
      })}
    </svg>
  )
}
