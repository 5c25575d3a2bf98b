import type { KnownError } from './known-error.ts';

export const SERVICE_ERRORS: readonly KnownError[] = [
  {
    code: 'oauth_service_key',
    prints: "google.auth.exceptions.RefreshError: ('invalid_grant: Invalid JWT Signature.', …)",
    when: [{ says: /\binvalid_grant: (?:Invalid JWT|account not found)/ }],
    cause: 'Google rejects the key of the service account: it was deleted, or it is not the whole key.',
    advice: "Create a new key of the service account and put it into the plugin's setting.",
  },
  {
    code: 'oauth_expired',
    prints: "google.auth.exceptions.RefreshError: ('invalid_grant: Token has been expired or revoked.', …)",
    when: [{ says: /\binvalid_grant\b(?!: (?:Invalid JWT|account not found))/ }],
    cause: 'The refresh token has expired, was revoked, or belongs to another client.',
    advice: "Authorise the app again and put the new refresh token into the plugin's setting.",
  },
  {
    code: 'google_credentials',
    prints: 'google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.',
    when: [
      {
        says: /\bDefaultCredentialsError: (?:Your default credentials were not found|Could not automatically determine credentials)/,
      },
    ],
    cause: 'The plugin has no Google credentials.',
    advice:
      "Put the key of a service account into the plugin's setting for credentials. A path works only for a file that exists where the job runs.",
  },
  {
    code: 'google_api_disabled',
    prints: 'Forbidden: 403 Google Sheets API has not been used in project 123456 before or it is disabled.',
    when: [{ says: /\bAPI has not been used in project [^\n]{1,100} before or it is disabled\b/ }],
    cause: 'The Google API is not enabled in the project of the credentials.',
    advice: 'Enable it in the Google Cloud console. The error has the address.',
  },
  {
    code: 'google_storage_denied',
    prints:
      'Forbidden: 403 … does not have storage.objects.create access to the Google Cloud Storage object.',
    when: [{ says: /\bdoes not have storage\.[A-Za-z.]{3,60} (?:access|permission)\b/ }],
    cause: 'The service account may not do this in the bucket.',
    advice:
      'Grant it the permission that the error names, for example with the role Storage Object Admin on the bucket.',
  },
  {
    code: 'salesforce_login',
    prints: 'INVALID_LOGIN: Invalid username, password, security token; or user locked out.',
    when: [{ says: /\bINVALID_LOGIN: Invalid username, password, security token; or user locked out\b/ }],
    cause: 'Salesforce rejects the login.',
    advice:
      'Check user name, password and security token: a new password makes a new token. For a sandbox, set `is_sandbox`. See whether the user is locked.',
  },
  {
    code: 'salesforce_api_disabled',
    prints: 'API_DISABLED_FOR_ORG: API is not enabled for this Organization or Partner',
    when: [{ says: /\bAPI_DISABLED_FOR_ORG\b/ }],
    cause: "The Salesforce edition has no API, or the user's profile may not use it.",
    advice: "Turn on _API Enabled_ in the user's profile, or use an edition with the API.",
  },
  {
    code: 'salesforce_limit',
    prints: 'REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.',
    when: [{ says: /\bREQUEST_LIMIT_EXCEEDED: / }],
    cause: 'The organisation has used up its API requests of the last 24 hours.',
    advice: 'Wait until the limit allows more. Run the pipeline less often, or select fewer streams.',
  },
  {
    code: 'aws_no_credentials',
    prints: 'botocore.exceptions.NoCredentialsError: Unable to locate credentials',
    when: [{ says: /\bNoCredentialsError: Unable to locate credentials\b/ }],
    cause: 'The plugin has no AWS credentials.',
    advice:
      "Set the plugin's settings for the access key, or `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, in the workspace's settings on Meltano Cloud.",
  },
  {
    code: 'aws_access_denied',
    prints:
      'botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied',
    when: [
      {
        says: /\bAn error occurred \((?:AccessDenied|AccessDeniedException|UnauthorizedOperation)\) when calling the /,
      },
    ],
    cause: 'The AWS credentials may not do this.',
    advice: 'Allow the operation that the error names in the IAM policy. Check the name of the bucket too.',
  },
  {
    code: 'aws_access_key',
    prints: 'An error occurred (InvalidAccessKeyId) when calling the PutObject operation',
    when: [
      {
        says: /\bAn error occurred \((?:InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClientException)\) when calling the /,
      },
    ],
    cause: 'AWS does not know the access key, or the secret does not belong to it.',
    advice: "Put a valid pair of access key and secret into the plugin's settings.",
  },
  {
    code: 'aws_token_expired',
    prints:
      'An error occurred (ExpiredToken) when calling the GetObject operation: The provided token has expired.',
    when: [{ says: /\bAn error occurred \(ExpiredToken(?:Exception)?\) when calling the / }],
    cause: 'The temporary AWS credentials have expired.',
    advice: 'Use credentials that do not expire, or renew them.',
  },
  {
    code: 'aws_no_bucket',
    prints:
      'An error occurred (NoSuchBucket) when calling the PutObject operation: The specified bucket does not exist',
    when: [{ says: /\bAn error occurred \(NoSuchBucket\) when calling the / }],
    cause: 'The S3 bucket does not exist.',
    advice: "Correct the plugin's setting for the bucket, or create the bucket.",
  },
  {
    code: 'api_unauthorized',
    prints: '401 Client Error: Unauthorized for url: https://api.example.com/orders',
    when: [
      { says: /\b401 Client Error: Unauthorized for (?:url|path)\b/i },
      { says: /"message": ?"Bad credentials"/ },
    ],
    cause: 'The service rejects the credentials of the plugin.',
    advice:
      "Renew the token or password in the plugin's settings, and check that the value is set for the environment that the job uses.",
  },
  {
    code: 'api_forbidden',
    prints: '403 Client Error: Forbidden for url: https://api.example.com/orders',
    when: [{ says: /\b403 Client Error: Forbidden for (?:url|path)\b/i }],
    cause: "The service knows the plugin's credentials, but they may not read this.",
    advice: 'Grant the missing permission or scope, or deselect the stream with `select`.',
  },
  {
    code: 'api_rate_limit',
    prints: '429 Client Error: Too Many Requests for url: https://api.example.com/orders',
    when: [{ says: /\b429 Client Error: Too Many Requests\b/ }],
    cause: 'The service limits the number of requests.',
    advice:
      'Wait, then deploy again. Run fewer pipelines of this service at once, select fewer streams, or ask for a higher limit.',
  },
  {
    code: 'api_unavailable',
    prints: '503 Server Error: Service Unavailable for url: https://api.example.com/orders',
    when: [{ says: /\b50[0234] Server Error: [^\n]{1,60} for (?:url|path)\b/i }],
    cause: 'The service had a problem of its own.',
    advice: "Deploy again. If it lasts, see the service's status page.",
    transient: 'a service had a problem',
  },
];
