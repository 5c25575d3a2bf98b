import {
  type Copy,
  DockerfileParser,
  type Env,
  type Instruction,
  type JSONInstruction,
} from 'dockerfile-ast';

export type Step =
  | {
      readonly kind: 'copy';
      readonly from: string | null;
      readonly sources: string[];
      readonly target: string;
    }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'workdir'; readonly path: string };

/** One `FROM` and what follows it. */
export interface Stage {
  readonly image: string;
  readonly name: string | null;
  readonly steps: Step[];
  readonly env: Record<string, string>;
  readonly volumes: string[];
  user: string | null;
  entrypoint: string[];
  command: string[];
  healthCheck: string[];
}

/** Reads the instructions that this project's Dockerfile uses; throws for every other one, so that none is left out. */
export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    if (instruction.getKeyword() === 'FROM') {
      const [image = '', , name = null] = words;
      const stage = {
        steps: [],
        env: {},
        volumes: [],
        user: null,
        entrypoint: [],
        command: [],
        healthCheck: [],
      };
      stages.push({ image, name, ...stage });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${instruction.getKeyword()} comes before FROM.`);
    add(stage, instruction, words);
  }
  return stages;
}

function add(stage: Stage, instruction: Instruction, words: string[]): void {
  switch (instruction.getKeyword()) {
    case 'COPY': {
      const from =
        (instruction as Copy)
          .getFlags()
          .find((flag) => flag.getName() === 'from')
          ?.getValue() ?? null;
      stage.steps.push({ kind: 'copy', from, sources: words.slice(0, -1), target: words.at(-1) ?? '' });
      return;
    }
    case 'RUN':
      stage.steps.push({ kind: 'run', command: words.join(' ') });
      return;
    case 'WORKDIR':
      stage.steps.push({ kind: 'workdir', path: words[0] ?? '' });
      return;
    case 'ENV':
      for (const property of (instruction as Env).getProperties()) {
        stage.env[property.getName()] = property.getValue() ?? '';
      }
      return;
    case 'USER':
      stage.user = words[0] ?? null;
      return;
    case 'VOLUME':
      stage.volumes.push(...readStrings(instruction));
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = readStrings(instruction);
      return;
    case 'CMD':
      stage.command = readStrings(instruction);
      return;
    case 'HEALTHCHECK':
      stage.healthCheck = readHealthCheck(instruction);
      return;
    case 'EXPOSE':
      return;
    default:
      throw new Error(`${instruction.getKeyword()} is an instruction that this check doesn't know yet.`);
  }
}

/** Only the JSON form: with the other one a shell would stand between Docker's signals and the process. */
function readStrings(instruction: Instruction): string[] {
  const strings = (instruction as JSONInstruction).getJSONStrings();
  if (strings.length === 0) throw new Error(`${instruction.getKeyword()} is not in the JSON form.`);
  return strings.map((one) => one.getJSONValue());
}

function readHealthCheck(instruction: Instruction): string[] {
  const content = instruction.getArgumentsContent() ?? '';
  return JSON.parse(content.slice(content.indexOf('['))) as string[];
}
