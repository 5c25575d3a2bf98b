/** Something that a deployment passes between its plan and its start. */
export interface Gate {
  /** `project`: the project check finds no error. */
  readonly kind: 'project';
  /** The person who lets the deployment pass even if the gate is closed. */
  readonly forcedBy: string | null;
  /** Set when the deployment passed the gate while it wasn't open. */
  readonly passed: GatePass | null;
}

interface GatePass {
  /** `unjudged`: the app didn't learn in time whether the gate is open. */
  readonly how: 'forced' | 'unjudged';
  /** What held the deployment, or why the gate was unknown: a clause that quotes the repository. */
  readonly why: string;
}
