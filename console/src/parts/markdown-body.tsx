import ReactMarkdown from 'react-markdown'
import gfm from 'remark-gfm'

export default function MarkdownBody({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={[gfm]}
      disallowedElements={['img']}
      components={{
        // A dangerous address was emptied already: what is left is text.
        a: ({ href, children }) =>
          href ? (
            <a href={href} target="_blank" rel="noreferrer noopener">
              {children}
            </a>
          ) : (
            <>{children}</>
          ),
      }}
    >
      {text}
    </ReactMarkdown>
  )
}
