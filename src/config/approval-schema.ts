import { z } from 'zod';

const entry = z.strictObject({
  role: z.enum(['triage', 'write', 'maintain', 'admin']).optional().meta({
    default: 'maintain',
    description: 'The role that the person needs in this repository at least.',
  }),
  not_by: z.literal('author').optional().meta({
    description: 'author: not by the authors and committers of the commits, nor by who pushed them.',
  }),
});

export const approval = entry.nullish().meta({
  description:
    'Each deployment of this workspace waits until a person presses Deploy on its check run, or writes /meltano approve.',
});

export const APPROVAL_KEYS = Object.keys(entry.shape);
