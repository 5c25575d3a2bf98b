/** Lines of jobs' logs without a secret that hold the words which secrets are named by. */
export const HARMLESS_LINES: readonly string[] = [
  ...String.raw`    auth=(config["user"], config["password"]),
    auth=(os.environ["API_USER"], os.environ.get("API_PASSWORD")),
    raise ValueError("password: must be set")
    secret = Secret.get("prod")
  --api-key KEY       The key
  -p, --password      Ask for a password
secrets: inherit
Built wheel for tap-auth0: filename=tap_auth0-0.1.0-py3-none-any.whl sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    assert token == expected
InvalidCredentials: bad credentials
cryptography.fernet.InvalidToken: bad padding
while scanning for the next token: found character '\t' that cannot start any token
while scanning for the next token:
found character '@' that cannot start any token
Invalid token: 3 segments
invalid token: expired
Invalid token: Not enough segments
pagination token: CAoQAA
pagination token: eyJpZCI6MTIzfQ==
next page token: CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA
nextPageToken: CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA
"nextPageToken": "CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA"
"password": ["null", "string"]
"password": {"type": ["null", "string"]}
{"type": "SCHEMA", "stream": "users", "schema": {"properties": {"id": {"type": "integer"}, "password": {"type": ["null", "string"]}, "api_key": {"type": "string"}}}, "key_properties": ["id"], "bookmark_properties": ["updated_at"]}
primary_key: id
primary_key=id
primary_keys: [id]
token_count=5
keys: [id]
key: id
replication_key=updated_at
replication_key: updated_at
replication_key_value: 2024-01-01T00:00:00Z
"replication_key_signpost": "2024-01-01"
password: true
password: None
password: null
password: ***
password=***
"password": null,
'password': None,
token: None
Done. PASS=5 WARN=0 ERROR=0 SKIP=0 TOTAL=5
PASS=12
5 of 12 PASS not_null_orders_id ................................ [PASS in 0.05s]
1 of 3 START test unique_orders_id ..... [RUN]
Completed successfully
Configuration file exists at /project/profiles.yml
    kind: password
      - name: password
        kind: password
        label: Password
        description: The password of the database user
        sensitive: true
  - name: auth_token
    label: Auth token
  token_url: https://example.com/oauth/token
"token_type": "bearer"
"token_type":"Bearer","expires_in":3599
token_uri: https://oauth2.googleapis.com/token
token expires in 3600 seconds
Token expired, refreshing
Access token expired at 2024-01-01T00:00:00Z
Refreshing access token
Access token refreshed successfully
OAuth authorization attempt was successful.
Requesting new access token from https://api.example.com/oauth/token
Using API key authentication
Authorization: required
authorization failed for user ana
auth: oauth2
auth_method: password
authentication: password
"auth_type": "oauth2"
method: oauth
Author: Ana <ana@example.com>
Authors: Ana, Bob
KeyError: 'password'
KeyError: 'access_token'
KeyError: 'id'
jsonschema.exceptions.ValidationError: 'password' is a required property
Config is missing required property: 'api_key' is a required property
config is missing required settings: password, api_key
Config validation failed: 'auth_token' is a required property
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings
password
  Field required [type=missing, input_value={'host': 'db'}, input_type=dict]
FATAL:  password authentication failed for user "loader"
psycopg2.OperationalError: connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  password authentication failed for user "loader"
fe_sendauth: no password supplied
Incorrect username or password was specified.
250001 (08001): Failed to connect to DB: acme.snowflakecomputing.com:443. Incorrect username or password was specified.
ORA-01017: invalid username/password; logon denied
Access denied for user 'loader'@'10.0.0.1' (using password: YES)
Access denied for user 'loader'@'10.0.0.1' (using password: NO)
Enter password:
Password:
Password for 'https://github.com':
fatal: could not read Username for 'https://github.com': terminal prompts disabled
fatal: could not read Password for 'https://ana@github.com': No such device or address
remote: Support for password authentication was removed on August 13, 2021.
remote: Invalid username or password.
fatal: Authentication failed for 'https://github.com/acme/data.git/'
Cloning into '/project'...
Receiving objects: 100% (120/120), 34.20 KiB | 1.20 MiB/s, done.
HEAD is now at 90ff42c refactor: how young a list has to be
 * branch            main       -> FETCH_HEAD
Warning: Permanently added 'github.com' (ED25519) to the list of known hosts.
Host key verification failed.
git@github.com: Permission denied (publickey).
Permissions 0644 for '/root/.ssh/id_rsa' are too open.
Load key "/root/.ssh/id_rsa": invalid format
gpg: Signature made Mon 01 Jan 2024 10:00:00 AM UTC
gpg:                using RSA key 4AEE18F83AFDEB23
gpg: key 4AEE18F83AFDEB23: public key "GitHub" imported
gpg: Good signature from "GitHub <noreply@github.com>"
Collecting python-jose[cryptography]==3.3.0
Collecting tokenizers<0.20,>=0.19
Collecting keyring==24.3.0
Collecting secretstorage>=3.2
Collecting google-auth-oauthlib>=1.0
Collecting passlib==1.7.4
Requirement already satisfied: cryptography in /venv/lib/python3.11/site-packages (from tap-snowflake)
  Downloading google_auth-2.29.0-py2.py3-none-any.whl.metadata (4.7 kB)
Installing collected packages: passlib, secretstorage, keyring, google-auth
Successfully installed authlib-1.3.0 keyring-24.3.0 pyjwt-2.8.0 secretstorage-3.3.3
  Getting requirements to build wheel: started
Using cached tokenize_rt-5.2.0-py2.py3-none-any.whl (5.8 kB)
Resolved 45 packages in 1.2s
 + google-auth==2.29.0
 + keyring==24.3.0
ERROR: pip's dependency resolver does not currently take into account all the packages that are installed.
Hashes are required in --require-hashes mode: --hash=sha256:2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba9876543
WARNING: Ignoring invalid distribution -passlib
2026-03-04T10:12:00.123456Z [info     ] Environment 'prod' is active
2026-03-04T10:12:00.123456Z [info     ] Setting 'password' is read from the environment
2026-03-04T10:12:00.123456Z [warning  ] Setting 'auth_token' is not set
2026-03-04T10:12:00.123456Z [info     ] INFO Beginning full_table sync of stream 'access_tokens'...  cmd_type=elb consumer=False name=tap-x producer=True stdio=stderr string_id=tap-x
2026-03-04T10:12:00.123456Z [info     ] METRIC: {"type": "counter", "metric": "record_count", "value": 12, "tags": {"stream": "secrets", "pid": 12}}
{"type": "STATE", "value": {"bookmarks": {"orders": {"replication_key": "updated_at", "replication_key_value": "2024-01-01T00:00:00Z"}}}}
{"type": "RECORD", "stream": "users", "record": {"id": 1, "customer_key": "c4ca4238a0b923820dcc509a6f75849b", "surrogate_key": "c4ca4238a0b923820dcc509a6f75849b", "account_key": 12}}
{"bookmarks": {"users": {"page_token": "CAoQAA==", "cursor": "eyJpZCI6MX0="}}}
key_properties: ['id', 'account_id']
'key_properties': ['id']
table_key_properties=['id']
unique_key=['id', 'date']
config(materialized='incremental', unique_key='order_id')
partition_key: date
sort_key='created_at' dist_key='id'
cache_key: 5f4dcc3b5aa765d61d8327deb882cf99
"idempotency_key": "71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e"
Foreign key: orders.customer_id -> customers.id
select * from {{ ref('stg_tokens') }} where token is not null
select id, password, api_key from users
create table users (id int, password varchar(255), token text)
| id | password | email |
| column | type | nullable |
| password | character varying(255) | YES |
| api_key  | string  | required |
│ password │ string  │ True │
column "password" does not exist
SELECT "password", "token" FROM "users"
ALTER TABLE users ADD COLUMN password VARCHAR(256)
  password: "{{ env_var('DB_PASSWORD') }}"
  password: "{{ env_var('DB_PASSWORD') | as_text }}"
  password: $DB_PASSWORD
env_var('SNOWFLAKE_PASSWORD') is not set
Env var required but not provided: 'SNOWFLAKE_PASSWORD'
Parsing Error: Env var required but not provided: 'DBT_ENV_SECRET_TOKEN'
    client = Client(api_key=self.config["api_key"], token=self.token)
    password=self.config.get("password"),
    password=os.environ["DB_PASSWORD"],
    raise InvalidTokenError("Invalid token: signature verification failed")
    def authenticate(self, username: str, password: str) -> str:
    token = self._get_token()
    headers = {"Authorization": f"Bearer {self.token}"}
    headers["Authorization"] = "Bearer " + token
    self.session.auth = auth
    if password is None:
    th.Property("password", th.StringType, required=True, secret=True, description="The password"),
    th.Property("auth_token", th.StringType, required=True),
requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/v1/orders?page=2
401 Client Error: Unauthorized for url: https://api.example.com/oauth/token
{"error":"invalid_grant","error_description":"Token has been expired or revoked."}
{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest"}
{"password":["This field is required."]}
{"errors":[{"message":"Invalid API key or access token (unrecognized login or wrong password)"}]}
google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.
google.auth.exceptions.RefreshError: ('invalid_grant: Bad Request', {'error': 'invalid_grant', 'error_description': 'Bad Request'})
botocore.exceptions.NoCredentialsError: Unable to locate credentials
Found credentials in environment variables.
Found credentials in shared credentials file: ~/.aws/credentials
Loaded credentials: using profile default
Credentials: using profile default
An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.
An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired.
SyntaxError: unexpected token: '}'
SyntaxError: invalid token (<string>, line 1)
sqlglot.errors.ParseError: Invalid expression / Unexpected token. Line 1, Col: 5.
jinja2.exceptions.TemplateSyntaxError: expected token 'end of print statement', got ':'
expected token ',', got 'string'
yaml.scanner.ScannerError: mapping values are not allowed here
max_tokens=4096 prompt_tokens=12 completion_tokens: 5 total_tokens: 17
tokens: 512
"usage": {"prompt_tokens": 12, "completion_tokens": 5}
Signature: connect(host, port)
function signature: foo(a, b)
"signature": "def foo(a, b)"
signature mismatch for model orders
cookie: 3 cookies accepted
cookie_policy=None
secrets=3
Loaded 3 secrets
secret "db-creds" not found
Secret 'prod/db' could not be read
Error: secrets "meltano" is forbidden: User cannot get resource "secrets"
Could not read secret: permission denied
Failed to decrypt password: padding is incorrect
Password must be at least 8 characters
password: must be at least 8 characters
token: must not be empty
Token: expired at 12:00
--password --verbose
--password-file /run/secrets/db
--token-url https://example.com/token
usage: tap-x [-h] [--token TOKEN] [--password PASSWORD]
  --password PASSWORD   the password of the user
  --token TEXT          API token
PASSWORD_FILE=/run/secrets/db
SECRET_NAME=prod/db
private_key_path=/keys/rsa.p8
public_key=ssh-ed25519
PWD=/project
OLDPWD=/home/meltano
SSH_AUTH_SOCK=/tmp/ssh-x/agent.1
AUTH_TYPE=basic
docker run -u 1000:1000 image
docker exec -u app:app image ls
uses: actions/checkout@v4
uses: acme/data@main
npm install @scope/pkg@1.2.3 types/node@20.1.0
pip install git+https://github.com/acme/tap-x@v1.2.3
git clone https://github.com/acme/data.git
http://localhost:8080/path?mail=ana@example.test
{"url":"http://host:8080","mail":"ana@example.com"}
http://db:5432, mail ana@example.com
postgresql://loader@db.internal:5432/warehouse
smtp://mail.internal:25
basic authentication is on; the bearer of bad news
Bearer authentication is required
WWW-Authenticate: Bearer realm="x"
Authorization header is missing
missing header: Authorization
Compiling passthrough model bypass: compass
First pass: parsing models
Running pass 2 of 3
pass: 3, fail: 2
Passing --full-refresh
keyboard interrupt
monkey patching ssl
turnkey=yes
Extra key: foo
duplicate key: id
invalid key: 'foo'
Unknown key "token" in config
Cache key: node-modules-linux-abc123def456
sha256:2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba9876543
commit 90ff42c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7
run_id=6c2f9d1e-5a0b-4a43-9d50-1d1f0a7f7b11
Job id: 71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e
session_id: 1234567890
query id: 01b2c3d4-0000-1111-2222-333344445555
Snowflake Connector for Python Version: 3.7.0, Python Version: 3.11.7
Extractor 'tap-x' setting 'private_token' was reset
[dbt_project.yml] credentials: default
  password: (redacted)
host [env: TAP_X_HOST] current value: 'localhost' (default)
TAP_X_PASSWORD is not set
auth_token='********'
SecretStr('**********')
Settings(password=SecretStr('**********'), port=5432)
token=<redacted>
token: <your token>
Tokenizing input
tokenizer=none
class Token: pass
def get_credentials(self) -> Credentials:
from google.oauth2.credentials import Credentials
import secrets, getpass
File "/venv/lib/python3.11/site-packages/google/auth/credentials.py", line 42, in refresh
File "/venv/lib/python3.11/site-packages/jwt/api_jws.py", line 12, in decode_token
  ~~~~~~~~~~~~~~~~~~~~~~~~^^^^^^^^^^
The password is required
The token is expired
The token was created
password is stored in the keyring
API key: see the documentation
Password for 'https://ana@github.com':
Token for stream orders: page 3
Fetching token for account 12: ok
Secret for environment prod is missing
No credentials for tap-github: skipping
Credentials for account acme were not found
password for user "ana" is wrong
Could not find secret for key: foo
Using token for authentication: yes
|    | id | token_count | password |
+----+----+
| name     | type   | secret |
|----------|--------|--------|
| tap-x    | oauth  | yes    |
pw: null
npw=3
set pw
PASS: 12
[PASS] unique_orders_id
==> PASS tests/test_tokens.py::test_refresh_token
tests/test_auth.py::test_password_reset PASSED [ 50%]
tests/test_credentials.py ....                                           [100%]
E   KeyError: 'api_key'
E       AssertionError: assert 'token' in {}
>       assert token == expected_token
INFO:sqlalchemy.engine.Engine:SELECT users.password AS users_password FROM users WHERE users.id = %(id)s
INFO:sqlalchemy.engine.Engine:INSERT INTO users (name, password) VALUES (%s, %s)
INSERT INTO "secrets" ("id", "name") VALUES (1, 'ana')
INSERT INTO analytics.access_tokens (id, created_at) SELECT id, created_at FROM raw.access_tokens
CREATE TABLE analytics.tokens AS (SELECT * FROM raw.tokens)
CREATE TABLE "auth"."tokens" ("id" INTEGER, "token" VARCHAR, "secret" VARCHAR(16777216))
ALTER TABLE "public"."users" ADD COLUMN "password_hash" VARCHAR
GRANT SELECT ON TABLE secrets TO ROLE reporter
grant usage on schema credentials to role loader
COMMENT ON COLUMN users.password IS 'The hashed password of the user'
COPY INTO tokens FROM @stage FILE_FORMAT = (TYPE = CSV)
select md5(cast(coalesce(cast(token as TEXT), '') as TEXT)) as token_key
  , token as access_token_name
  , case when password is null then 'missing' else 'set' end as password_state
{{ dbt_utils.generate_surrogate_key(['token', 'user_id']) }}
{{ config(unique_key=['token', 'user_id'], sort_keys=['token']) }}
- dbt_utils.unique_combination_of_columns: combination_of_columns: [token, id]
      - name: token
        description: The token of the session, see https://docs.example.com/token
        tests: [not_null, unique]
          - not_null
    - name: password
      tests:
        - not_null
- table: secrets
  primary_key: id
sources:
  - name: auth
    tables:
      - name: tokens
      - name: credentials
stream_maps: {"users": {"password": null, "token": "__NULL__"}}
select: ["users.password", "!tokens.*"]
    select:
    - '!users.password'
    - tokens.*
metadata: {tokens: {replication-method: FULL_TABLE}}
schema: {tokens: {id: {type: integer}}}
    config:
      auth_method: oauth
      user: loader
      token_lifetime: 3600
plugins: extractors: tap-github variant: meltanolabs
Found 3 secrets, 2 tokens, 1 password in the vault
Skipping stream 'tokens': not selected
Tap 'tap-auth0' discovered 12 streams: tokens, users, credentials
Discovered streams: ['users', 'tokens', 'secrets', 'api_keys']
Selected attributes: [selected] tokens.id [automatic] tokens.token
"streams": [{"tap_stream_id": "tokens", "key_properties": ["id"], "stream": "tokens"}]
{"tap_stream_id": "public-api_keys", "table_name": "api_keys", "metadata": [{"breadcrumb": [], "metadata": {"table-key-properties": ["id"]}}]}
{"breadcrumb": ["properties", "password"], "metadata": {"inclusion": "available", "selected-by-default": true, "sql-datatype": "character varying"}}
"password": {"inclusion": "available", "maxLength": 255, "type": ["null", "string"]}
"token": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}
"secret": {"$ref": "#/definitions/secret"}
{"properties": {"token": {"type": "string"}, "secret": {"type": ["string", "null"], "description": "A secret"}}, "required": ["token", "secret"]}
'credentials': {'type': 'object', 'oneOf': [{'title': 'OAuth', 'required': ['client_id', 'client_secret']}]}
Missing required keys: ['client_id', 'client_secret', 'refresh_token']
Required config keys: client_id, client_secret, refresh_token, start_date
Config keys: ['api_key', 'start_date', 'user_agent']
REQUIRED_CONFIG_KEYS = ["start_date", "api_key"]
env vars: TAP_X_API_KEY, TAP_X_PASSWORD
Reading TAP_GITHUB_AUTH_TOKEN from the environment
Environment variable TAP_GITHUB_AUTH_TOKEN not set
meltano config tap-github set --interactive
meltano config tap-github unset auth_token
meltano add extractor tap-auth0
OSError: [Errno 13] Permission denied: '/root/.aws/credentials'
FileNotFoundError: [Errno 2] No such file or directory: '/project/client_secrets.json'
Loaded token from cache /root/.cache/token.json
token cache: hit
token bucket: 12 of 100 left
lexer token: NAME
tokens left: 4999
rate limit: 5000 tokens, remaining: 4999
X-RateLimit-Remaining: 4999
Retry-After: 60
< content-type: application/json
> User-Agent: singer-sdk/0.34
> Accept: */*
< www-authenticate: Bearer realm="api", error="invalid_token", error_description="The access token expired"
< set-cookie:
grpc_status:16, grpc_message:"Request had invalid authentication credentials. Expected OAuth 2 access token"
{"error": {"code": 401, "message": "Request had invalid authentication credentials.", "status": "UNAUTHENTICATED"}}
{"code":"invalid_token","message":"The token is invalid"}
{"status":"error","reason":"token expired"}
{"token_type":"Bearer","scope":"read write","expires_in":86400}
snowflake.connector.errors.DatabaseError: 250001 (08001): None: Failed to connect to DB: JWT token is invalid. [0ce9eb56-821d-4ca9-a774-04ae89a0cf5a]
snowflake.connector.errors.ProgrammingError: 390100 (08004): Incorrect username or password was specified.
pymysql.err.OperationalError: (1045, "Access denied for user 'loader'@'10.0.0.1' (using password: YES)")
redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.
ldap3.core.exceptions.LDAPBindError: invalid credentials
paramiko.ssh_exception.AuthenticationException: Authentication failed: password
paramiko.ssh_exception.PasswordRequiredException: Private key file is encrypted
ValueError: Could not deserialize key data. The data may be in an incorrect format
jwt.exceptions.InvalidSignatureError: Signature verification failed
cryptography.exceptions.InvalidSignature
binascii.Error: Incorrect padding
TypeError: connect() missing 1 required keyword-only argument: 'password'
TypeError: __init__() got an unexpected keyword argument 'auth_token'
AttributeError: 'NoneType' object has no attribute 'token'
NameError: name 'password' is not defined
KeyError: "['token'] not in index"
UnboundLocalError: cannot access local variable 'token' where it is not associated with a value
DeprecationWarning: ssl.PROTOCOL_TLS is deprecated
hint: Using 'master' as the name for the initial branch.
 * [new tag]         v1.2.3     -> v1.2.3
 * [new branch]      fix/api-key -> origin/fix/api-key
   90ff42c..1900ab4  feature/token-refresh -> origin/feature/token-refresh
Merge branch 'feature/password-reset' into main
Fast-forward extract/tokens.yml | 2 +-
Already up to date.
warning: redirecting to https://github.com/acme/data.git/
remote: Enumerating objects: 12, done.
error: pathspec 'tokens' did not match any file(s) known to git
Author: Ana Token <ana@example.com>
Date:   Mon Mar 4 10:12:00 2026 +0000
    Rotate the API key of the warehouse
    Set the password policy: 12 characters
-  password: "{{ env_var('OLD_PASSWORD') }}"
+  password: "{{ env_var('NEW_PASSWORD') }}"
diff --git a/extract/tokens.yml b/extract/tokens.yml
index 90ff42c..1900ab4 100644
Preparing metadata (pyproject.toml): finished with status 'done'
Building wheel for pysecret (pyproject.toml): started
Created wheel for tokenlib: filename=tokenlib-2.0.0-py3-none-any.whl size=8642 sha256=2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba9876543
  Stored in directory: /root/.cache/pip/wheels/90/ff/42/2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba987
Found existing installation: keyring 23.0
WARNING: Keyring is skipped due to an exception: Failed to unlock the keyring!
WARNING: The candidate selected for download or install is a yanked version: 'tokenizers'
Looking in indexes: https://pypi.org/simple, https://pkg.example.com/simple
Link requires a different Python (3.11.7 not in: '<3.11'): https://files.pythonhosted.org/packages/aa/bb/tokenizers-0.9.tar.gz#sha256=2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba9876543 (from https://pypi.org/simple/tokenizers/)
"integrity": "sha512-RFDC2MpRBd4AxSRvUeBIVeBU7ojN/SxDfALUd7iVYOSeEK3gZaqR2MGOysj4Zh2xj2RY5fQAUT+Oqq7hWTraMA==",
Digest: sha256:2b4b1dfc2e9d1a7e7a0f1c0f0d0e0b0a0908070605040302010fedcba9876543
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB9dG4kjRhQTtWTVzd2t27+t0DEHBPW7iOD23TUiYLio ana@example.com
github.com ssh-rsa SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDwFiFcgnkGpE0xWU0
2026-03-04 10:12:00,123 - root - INFO - Authentication: OAuth
auth=None, verify=True
auth: null
authenticator: externalbrowser
authenticator=oauth
private_key_file=/keys/rsa.p8
private_key: null
api_key=<your-api-key>
api_key: "<API_KEY>"
YOUR_API_KEY
password: xxxxxxxx
password: "********" # hidden
'password': '*****', 'user': 'ana'
password=*** user=ana
Password: [hidden]
client_secret: (sensitive)
secret: <redacted>
token: ****1234
"client_secret": "***",
ENC[AES256_GCM,data:abc=,iv:def=,tag:ghi=,type:str]
vault kv get secret/data/prod
arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf
projects/p/secrets/db-password/versions/latest
secretKeyRef: {name: db, key: password}
        secretKeyRef:
          name: db-credentials
          key: password
valueFrom: {secretKeyRef: {name: db-credentials, key: password}}
volumeMounts: name: secrets mountPath: /run/secrets
Replace the credentials: MELTANO_API_TOKEN, or MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET
Client secret: not set
Primary key for table "api_keys" is ("id")
[SQL: INSERT INTO tokens (id, token) VALUES (%(id)s, %(token)s)]
    at verifyToken (/app/src/token.ts:12:9)
    at async refreshToken (node:internal/deps/undici/undici:13510:13)
 rename models/{tokens => keys}/stg.sql (100%)
secret: *default_secret
no_password: 1
  pass: "{{ env_var('PGPASS', '') }}"
GOOGLE_APPLICATION_CREDENTIALS=/secrets/gcp/key.json
GOOGLE_APPLICATION_CREDENTIALS: /var/run/secrets/gcp.json
credentials: ./client_secrets.json
token: /var/run/secrets/kubernetes.io/serviceaccount/token
Fetching secret projects/123/secrets/warehouse/versions/3
Secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:warehouse-AbC123 loaded
Additional properties are not allowed ('secret_key', 'token' were unexpected)
    secret = base64.b64decode(config["secret"])
token: 1200 rows
<Secret: 10 characters>
user: meltano, password: (not set)
parser.add_argument("--token", "-t", required=True)
expected token 'end of print statement', got 'password'
API key 'reporting' was not found
API key reporting is disabled
ssh key SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDwFiFcgnkGpE0xWU0 was added
Tokens used: 512`.split('\n'),
  `  password: \${DB_PASSWORD}`,
  'Stream `tokens` is not selected',
  'Setting `token` in profile `default`',
  'The key `token` was not found',
  'password [env: TAP_X_PASSWORD] current value: (redacted) (from `.env`)',
];

/** Numbers that look random and are the same in each run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = (
  'orders customers tokens access_tokens secrets api_keys passwords users payments sessions credentials keyring ' +
  'refunds invoices shipments passengers keywords signatures events author_stats monkeys cookies tokenized passes'
).split(' ');
const PACKAGES = (
  'google-auth passlib keyring secretstorage pyjwt cryptography tokenizers authlib python-jose requests-oauthlib ' +
  'singer-sdk sqlalchemy pandas pysecret keyrings.alt msal-extensions itsdangerous pycryptodome tap-github target-postgres'
).split(' ');
const PLUGINS =
  'tap-github tap-postgres tap-auth0 tap-okta target-snowflake target-postgres dbt-snowflake'.split(' ');
const COLUMNS = (
  'id password token api_key account_key customer_key secret_question updated_at access_token_id session_id pass_count ' +
  'signature_date cookie_consent primary_key credential_type auth_provider key_count'
).split(' ');

interface Dice {
  number(below: number): number;
  pick(list: readonly string[]): string;
  hex(length: number): string;
}

/** Lines of Meltano, dbt, pip, uv, git and Singer taps, with words that secrets are named by. */
const TEMPLATES: readonly ((dice: Dice) => string)[] = [
  (d) =>
    `Collecting ${d.pick(PACKAGES)}<${d.number(9) + 1}.0,>=${d.number(9)}.${d.number(30)} (from ${d.pick(PLUGINS)}==0.${d.number(90)}.1)`,
  (d) =>
    `  Downloading ${d.pick(PACKAGES)}-${d.number(9)}.${d.number(30)}.${d.number(9)}-py3-none-any.whl.metadata (${d.number(90)}.${d.number(9)} kB)`,
  (d) =>
    `Requirement already satisfied: ${d.pick(PACKAGES)} in ./venv/lib/python3.11/site-packages (from ${d.pick(PACKAGES)}) (2.${d.number(40)}.0)`,
  (d) =>
    `Successfully installed ${d.pick(PACKAGES)}-1.${d.number(9)} ${d.pick(PACKAGES)}-2.${d.number(9)} ${d.pick(PACKAGES)}-0.${d.number(9)}.${d.number(9)}`,
  (d) => `Resolved ${d.number(200)} packages in ${d.number(900)}ms`,
  (d) => ` + ${d.pick(PACKAGES)}==${d.number(40)}.${d.number(9)}.${d.number(9)}`,
  (d) => `    --hash=sha256:${d.hex(64)} \\`,
  (d) => `Using cached ${d.pick(PACKAGES)}-${d.number(9)}.${d.number(9)}.tar.gz (${d.number(900)} kB)`,
  (d) =>
    `10:12:${d.number(50) + 10}  ${d.number(300)} of 300 START sql table model analytics.stg_${d.pick(WORDS)} ........ [RUN]`,
  (d) =>
    `10:12:${d.number(50) + 10}  ${d.number(300)} of 300 OK created sql table model analytics.${d.pick(WORDS)} ..... [SELECT ${d.number(9000)} in 0.${d.number(90)}s]`,
  (d) =>
    `10:12:${d.number(50) + 10}  ${d.number(300)} of 300 PASS not_null_${d.pick(WORDS)}_${d.pick(COLUMNS)} ....... [PASS in 0.${d.number(90)}s]`,
  (d) =>
    `10:12:${d.number(50) + 10}  Done. PASS=${d.number(500)} WARN=${d.number(9)} ERROR=${d.number(9)} SKIP=0 TOTAL=${d.number(500)}`,
  (d) =>
    `10:12:${d.number(50) + 10}  Found ${d.number(90)} models, ${d.number(90)} tests, ${d.number(9)} sources, ${d.number(400)} macros`,
  (d) => `  column "${d.pick(COLUMNS)}" of relation "${d.pick(WORDS)}" does not exist`,
  (d) =>
    `  LINE ${d.number(90)}:     select ${d.pick(COLUMNS)}, ${d.pick(COLUMNS)} from ${d.pick(WORDS)} where ${d.pick(COLUMNS)} is not null`,
  (d) => `  Database Error in model ${d.pick(WORDS)} (models/staging/${d.pick(WORDS)}.sql)`,
  (d) => `  compiled code at target/run/project/models/${d.pick(WORDS)}.sql`,
  (d) => `{{ config(materialized='incremental', unique_key='${d.pick(COLUMNS)}') }}`,
  (d) =>
    `From https://github.com/acme/${d.pick(WORDS)} * [new branch] feature/${d.pick(WORDS)} -> origin/feature/${d.pick(WORDS)}`,
  (d) => `HEAD is now at ${d.hex(7)} fix: the ${d.pick(WORDS)} of ${d.pick(WORDS)} are read again`,
  (d) => `remote: Counting objects: 100% (${d.number(900)}/${d.number(900)}), done.`,
  (d) => ` create mode 100644 extract/${d.pick(WORDS)}/${d.pick(COLUMNS)}.schema.json`,
  (d) => ` models/${d.pick(WORDS)}.sql | ${d.number(90)} ++++----`,
  (d) => `${at(d)} [info     ] Installing extractor '${d.pick(PLUGINS)}'`,
  (d) => `${at(d)} [info     ] Environment 'prod' is active`,
  (d) => `${at(d)} [warning  ] Setting '${d.pick(COLUMNS)}' of ${d.pick(PLUGINS)} is not set`,
  (d) => `${at(d)} [info     ] INFO Starting sync of stream: ${d.pick(WORDS)}${fields(d)}`,
  (d) => `${at(d)} [info     ] INFO Primary key: ${d.pick(COLUMNS)}, replication key: updated_at${fields(d)}`,
  (d) =>
    `${at(d)} [info     ] INFO METRIC: {"type": "counter", "metric": "record_count", "value": ${d.number(90000)}, "tags": {"stream": "${d.pick(WORDS)}"}}${fields(d)}`,
  (d) =>
    `${at(d)} [info     ] INFO METRIC: {"type": "timer", "metric": "http_request_duration", "value": 0.${d.number(900)}, "tags": {"endpoint": "/v1/${d.pick(WORDS)}", "http_status_code": 200}}${fields(d)}`,
  (d) =>
    `${at(d)} [debug    ] GET https://api.example.com/v1/${d.pick(WORDS)}?page=${d.number(900)}&per_page=100&sort=${d.pick(COLUMNS)} took ${d.number(900)} ms`,
  (d) =>
    `${at(d)} [info     ] Incremental state has been updated at 2026-03-04 10:12:${d.number(50) + 10}.${d.number(900)}.`,
  (d) =>
    `${at(d)} [info     ] Block run completed.           block_type=ExtractLoadBlocks err=None set_number=${d.number(9)} success=True`,
  (d) =>
    JSON.stringify({
      event: `Running ${d.pick(PLUGINS)} for ${d.pick(WORDS)}`,
      level: 'info',
      timestamp: at(d),
    }),
  (d) =>
    `{"type": "SCHEMA", "stream": "${d.pick(WORDS)}", "schema": {"properties": {"${d.pick(COLUMNS)}": {"type": ["null", "string"]}, "password": {"type": "string"}}}, "key_properties": ["${d.pick(COLUMNS)}"]}`,
  (d) =>
    `{"type": "STATE", "value": {"bookmarks": {"${d.pick(WORDS)}": {"replication_key": "updated_at", "replication_key_value": "2026-03-04T10:12:00Z", "page": ${d.number(900)}}}}}`,
  (d) =>
    `{"type": "RECORD", "stream": "${d.pick(WORDS)}", "record": {"id": ${d.number(90000)}, "customer_key": "${d.hex(32)}", "account_key": ${d.number(9000)}}}`,
  (d) =>
    `singer_sdk.exceptions.ConfigValidationError: Config validation failed: '${d.pick(COLUMNS)}' is a required property`,
  (d) => `KeyError: '${d.pick(COLUMNS)}'`,
  (d) =>
    `  File "/project/.meltano/extractors/${d.pick(PLUGINS)}/venv/lib/python3.11/site-packages/google/auth/credentials.py", line ${d.number(900)}, in refresh_token`,
  (d) =>
    `    self._request_token(client_id=self.config["client_id"], ${d.pick(COLUMNS)}=self.${d.pick(COLUMNS)})`,
  (d) => `    raise AuthenticationError(f"Invalid ${d.pick(COLUMNS)}: {response.status_code}")`,
  (d) =>
    `requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/v1/${d.pick(WORDS)}`,
  (d) => `FATAL:  password authentication failed for user "${d.pick(WORDS)}"`,
  (d) => `Invalid token: ${d.number(9)} segments`,
  (d) =>
    `while scanning for the next token: found character '%' that cannot start any token, line ${d.number(90)}`,
  (d) => `Access token expires in ${d.number(3600)} seconds`,
  (d) => `OAuth authorization attempt was successful after ${d.number(9)} s.`,
  (d) => `Requested pagination token: page_${d.number(900)} of ${d.pick(WORDS)}`,
  (d) => `prompt_tokens=${d.number(900)} completion_tokens=${d.number(900)} max_tokens: 4096`,
  (d) => `Cache hit for key: ${d.pick(WORDS)}-linux-${d.hex(12)}`,
  (d) => `      - name: ${d.pick(COLUMNS)}`,
  () => '        kind: password',
  (d) => `  password: "{{ env_var('${d.pick(WORDS).toUpperCase()}_PASSWORD') }}"`,
];

const at = (d: Dice) => `2026-03-04T10:${d.number(50) + 10}:${d.number(50) + 10}.${d.number(900)}Z`;
const fields = (d: Dice) =>
  `   cmd_type=elb consumer=False job_name=prod:${d.pick(PLUGINS)} name=${d.pick(PLUGINS)} producer=True run_id=${d.hex(8)}-${d.hex(4)}-4${d.hex(3)}-8${d.hex(3)}-${d.hex(12)} stdio=stderr string_id=${d.pick(PLUGINS)}`;

/** So many harmless lines, the same for the same seed. */
export function makeHarmlessLines(count: number, seed: number): string[] {
  const number = makeRandom(seed);
  const dice: Dice = {
    number,
    pick: (list) => list[number(list.length)] ?? '',
    hex: (length) => Array.from({ length }, () => number(16).toString(16)).join(''),
  };
  return Array.from({ length: count }, () => TEMPLATES[number(TEMPLATES.length)]?.(dice) ?? '');
}
