import type { Route } from '../http/http-service.ts';
import { param, repositoryRoutes } from './api-route.ts';
import { permissionJson } from './people.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** The permission of a person in a repository. */
export function peopleRoutes(context: SandboxContext): Route[] {
  const path = '/collaborators/{username}/permission';
  return repositoryRoutes(context, { method: 'GET', path, permission: 'metadata' }, (call) => ({
    status: 200,
    body: permissionJson(context, call.repository, param(call.request, 'username')),
  }));
}
