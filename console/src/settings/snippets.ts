/** How an unmodified Sentry SDK of each language is told where to send. */
export function snippets(dsn: string): Record<string, string> {
  return {
    JavaScript: `import * as Sentry from '@sentry/browser'\n\nSentry.init({ dsn: '${dsn}', release: '1.0.0' })`,
    Node: `const Sentry = require('@sentry/node')\n\nSentry.init({ dsn: '${dsn}', release: '1.0.0' })`,
    Python: `import sentry_sdk\n\nsentry_sdk.init(dsn="${dsn}", release="1.0.0")`,
    Go: `sentry.Init(sentry.ClientOptions{Dsn: "${dsn}", Release: "1.0.0"})`,
    Java: `Sentry.init(options -> {\n  options.setDsn("${dsn}");\n  options.setRelease("1.0.0");\n});`,
    PHP: `\\Sentry\\init(['dsn' => '${dsn}', 'release' => '1.0.0']);`,
    Ruby: `Sentry.init do |config|\n  config.dsn = '${dsn}'\n  config.release = '1.0.0'\nend`,
    'C#': `SentrySdk.Init(options => {\n  options.Dsn = "${dsn}";\n  options.Release = "1.0.0";\n});`,
    Shell: `export SENTRY_DSN='${dsn}'`,
  }
}
