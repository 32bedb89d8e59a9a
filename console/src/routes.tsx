import { createBrowserRouter, Navigate, useLocation } from 'react-router'
import { Broken } from './shell/broken'
import { Shell } from './shell/shell'

/** Each screen is a part of its own, loaded when it is first opened. */
export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <></>,
    children: [
      { index: true, lazy: () => import('./now/page') },
      { path: 'incidents', lazy: () => import('./incidents/page') },
      { path: 'incidents/:id', lazy: () => import('./incidents/detail') },
      { path: 'incidents/:id/silence', lazy: () => import('./incidents/silence') },
      { path: 'issues', lazy: () => import('./issues/page') },
      { path: 'issues/:id', lazy: () => import('./issues/detail') },
      { path: 'on-call', lazy: () => import('./oncall/page') },
      { path: 'on-call/schedule/new', lazy: () => import('./oncall/new-schedule') },
      { path: 'on-call/schedule/:id', lazy: () => import('./oncall/schedule') },
      { path: 'channels', lazy: () => import('./channels/page') },
      { path: 'channels/:id', lazy: () => import('./channels/detail') },
      { path: 'channels/:id/escalation/:rule', lazy: () => import('./oncall/ladder-editor') },
      { path: 'integrations', lazy: () => import('./integrations/page') },
      { path: 'integrations/:id', lazy: () => import('./integrations/detail') },
      { path: 'integrations/:id/rules', lazy: () => import('./rules/page') },
      { path: 'settings', lazy: () => import('./settings/page') },
      { path: 'me', lazy: () => import('./me/page') },
      { path: 'start', lazy: () => import('./start/page') },
      { path: 'app/*', element: <FromMessage /> },
    ],
  },
  {
    path: '/setup',
    lazy: () => import('./sign-in/entry'),
    errorElement: <Broken />,
    hydrateFallbackElement: <></>,
  },
  {
    path: '/welcome',
    lazy: () => import('./sign-in/entry'),
    errorElement: <Broken />,
    hydrateFallbackElement: <></>,
  },
])

/** Messages lead to addresses under /app, whatever the screens are called here. */
function FromMessage() {
  const { pathname, search } = useLocation()
  return <Navigate to={pathname.slice('/app'.length) + search} replace />
}
