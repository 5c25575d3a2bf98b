/** One of GitHub's 4xx answers. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly object[] | null;
  readonly headers: Record<string, string>;
  readonly documentation: string;
  /** A correct app can cause it (a race, a limit, a missing file), so it isn't recorded as a refusal. */
  readonly blameless: boolean;

  constructor(
    status: number,
    message: string,
    details: {
      errors?: readonly object[];
      headers?: Record<string, string>;
      documentation?: string;
      blameless?: boolean;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = details.errors ?? null;
    this.headers = details.headers ?? {};
    this.documentation = details.documentation ?? 'https://docs.github.com/rest';
    this.blameless = details.blameless ?? false;
  }

  body(): object {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: this.documentation,
      status: String(this.status),
    };
  }
}

export function notFound(blameless = false): ApiError {
  return new ApiError(404, 'Not Found', { blameless });
}

/** The request doesn't match the schema of its operation. */
export function invalidRequest(problems: readonly string[]): ApiError {
  return new ApiError(422, `Invalid request.\n\n${problems.join('\n')}`);
}

/** The request matches the schema but breaks a rule of the resource. */
export function validationFailed(resource: string, field: string, message: string): ApiError {
  return new ApiError(422, 'Validation Failed', { errors: [{ resource, code: 'custom', field, message }] });
}
