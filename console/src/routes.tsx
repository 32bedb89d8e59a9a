import { createBrowserRouter } from 'react-router'
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
      { path: 'incident/:id', lazy: () => import('./incidents/detail') },
    ],
  },
])
