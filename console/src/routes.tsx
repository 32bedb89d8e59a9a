import { createBrowserRouter, Navigate, useLocation } from 'react-router'
import { Broken } from './shell/broken'
import { Shell } from './shell/shell'

/** Each screen is a part of its own, loaded when it is first opened. */
export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      { index: true, lazy: () => import('./now/page') },
      { path: 'incidents', lazy: () => import('./incidents/page') },
      { path: 'incidents/:id', lazy: () => import('./incidents/detail') },
      { path: 'app/*', element: <FromMessage /> },
    ],
  },
  { path: '/setup', lazy: () => import('./sign-in/entry'), errorElement: <Broken /> },
  { path: '/welcome', lazy: () => import('./sign-in/entry'), errorElement: <Broken /> },
])

/** Messages lead to addresses under /app, whatever the screens are called here. */
function FromMessage() {
  const { pathname, search } = useLocation()
  return <Navigate to={pathname.slice('/app'.length) + search} replace />
}
