/** One kind of place in a job's log where a secret may stand. */
export interface Kind {
  readonly name: string;
  /** The lines of the log around the secret. */
  write(secret: string): string[];
}

const TIME = '2026-03-04T10:12:00.123456Z';
const INFO = `${TIME} [info     ] `;
const FIELDS =
  '   cmd_type=extractor name=tap-github run_id=6c2f9d1e-5a0b-4a43-9d50-1d1f0a7f7b11 stdio=stderr';
/** What Meltano makes of a line that a plug-in writes. */
const plugin = (text: string) => `${INFO}${text}${FIELDS}`;
const json = (text: string) =>
  JSON.stringify({ event: text, level: 'info', name: 'tap-github', timestamp: TIME });

const one = (name: string, write: (secret: string) => string): Kind => ({
  name,
  write: (secret) => [write(secret)],
});
const many = (name: string, write: (secret: string) => string[]): Kind => ({ name, write });

/** The box that rich draws around the local variables of a frame. */
function box(width: number, lines: readonly string[]): string[] {
  const inner = width - 8;
  const wrapped = lines.flatMap((line) => wrap(line, inner));
  return [
    `╭${'─'.repeat(width - 2)}╮`,
    `│ ╭${' locals '.padStart(inner / 2, '─').padEnd(inner + 2, '─')}╮ │`,
    ...wrapped.map((line) => `│ │ ${line.padEnd(inner)} │ │`),
    `│ ╰${'─'.repeat(inner + 2)}╯ │`,
    `╰${'─'.repeat(width - 2)}╯`,
  ];
}

/** Breaks a line at its last blank as rich does, the rest below its value; a word that is too long is cut and ends with `…`. */
function wrap(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const column = Math.max(0, line.indexOf('=') + 2);
  const blank = line.lastIndexOf(' ', width);
  const rest = blank > column ? `${' '.repeat(column)}${line.slice(blank + 1)}` : '';
  if (rest === '') return [`${line.slice(0, width - 1)}…`];
  return [line.slice(0, blank), ...wrap(rest, width)];
}

const RICH = [80, 100].flatMap((width): Kind[] => [
  many(`rich ${width}: a variable`, (x) => box(width, [`    password = '${x}'`, '        port = 5432'])),
  many(`rich ${width}: a value below its key`, (x) =>
    box(width, [
      '      config = {',
      "               │   'host': 'db.internal',",
      "               │   'access_token_of_the_warehouse':",
      `               '${x}',`,
      '               }',
    ]),
  ),
  many(`rich ${width}: a header that is wrapped behind its scheme`, (x) =>
    box(width, [
      '     headers = {',
      "               │   'Authorization': 'Bearer",
      `               ${x}',`,
      "               │   'Accept': 'application/json'",
      '               }',
    ]),
  ),
  many(`rich ${width}: within other containers`, (x) =>
    box(width, [
      '      config = {',
      "               │   'credentials': {",
      `               │   │   'refresh_token': '${x}',`,
      "               │   │   'client_id': 'y'",
      '               │   },',
      '               }',
    ]),
  ),
  many(`rich ${width}: a value that goes over two lines`, (x) =>
    box(width, [
      `  secret_key = 'the long first words of a pass phrase that has to be wrapped somewhere and ${x} words'`,
    ]),
  ),
  many(`rich ${width}: an address that is cut`, (x) =>
    box(width, [`         dsn = 'postgresql://loader:${x}@db.internal:5432/${'warehouse'.repeat(9)}'`]),
  ),
  many(`rich ${width}: a signed address`, (x) =>
    box(width, [`         url = 'https://a.blob.core.windows.net/c?sv=2022&sig=${x}'`]),
  ),
  many(`rich ${width}: a line of code`, (x) => [
    `│ ❱ 17 │   connect(user="ana", password="${x}")${' '.repeat(width - 60)}│`,
  ]),
]);

const PYTHON: Kind[] = [
  one('repr of a dict', (x) => `{'host': 'db', 'password': '${x}', 'port': 5432}`),
  one('repr of a dict of bytes', (x) => `{b'password': b'${x}'}`),
  one('a dict within a telling name', (x) => `credentials={'password': '${x}'}`),
  one(
    'the first of a container',
    (x) => `{'oauth_credentials': {'refresh_token': '${x}', 'client_id': 'y'}}`,
  ),
  one('a value without a telling name of its own', (x) => `{'credentials': {'a': {'b': ['${x}']}}}`),
  one('a list', (x) => `tokens=['${x}', 'y']`),
  one('a tuple of user and password', (x) => `requests.get(url, auth=('ana', '${x}'))`),
  one('a keyword argument', (x) => `psycopg2.connect(host='db', password='${x}')`),
  one('a keyword argument without quotes', (x) => `Config(host=db, password=${x}, port=5432)`),
  one('a data class', (x) => `Settings(api_key='${x}', start_date='2024-01-01')`),
  one('a wrapper', (x) => `Settings(password=SecretStr('${x}'))`),
  one('a typed assignment', (x) => `password: str = '${x}'`),
  one('a typed assignment of an option', (x) => `token: Optional[str] = "${x}"`),
  one('an f-string', (x) => `  File "tap.py", line 3: url = f"https://x/?token=${x}&page={page}"`),
  one('bytes', (x) => `token=b'${x}', x`),
  one('bytes of two words', (x) => `password=b"two ${x}"`),
  one('quotes that are escaped', (x) => `{'secret': 'it\\'s ${x}'}`),
  one('an item of a mapping', (x) => `os.environ["DB_PASSWORD"] = "${x}"`),
  one('a default', (x) => `password = os.getenv("DB_PASSWORD", "${x}")`),
  one('a comparison', (x) => `if token == "${x}":`),
  one('headers as tuples', (x) => `[('Accept', '*/*'), ('X-Auth-Token', '${x}')]`),
  one('headers as lists of bytes', (x) => `[[b'Authorization', b'Bearer ${x}'], [b'Accept', b'*/*']]`),
  one('a header that is set', (x) => `session.headers.update({"X-Api-Key": "${x}"})`),
  one('a call that sets a header', (x) => `request.add_header("Authorization", "Bearer ${x}")`),
  one('basic authentication', (x) => `HTTPBasicAuth('ana', '${x}')`),
  one('pairs', (x) => `data=[('grant_type', 'password'), ('password', '${x}')]`),
  one(
    'the log of http.client',
    (x) => `send: b'GET /v1 HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer ${x}\\r\\n\\r\\n'`,
  ),
  one('a cookie jar', (x) => `<RequestsCookieJar[<Cookie session=${x} for .example.com/>]>`),
  many('a traceback', (x) => [
    'Traceback (most recent call last):',
    '  File "/project/tap.py", line 12, in connect',
    `    client = Client(api_key="${x}")`,
    'ValueError: no such account',
  ]),
  many('a dict over several lines', (x) => ['config = {', "    'client_secret':", `        '${x}',`, '}']),
  many('a container over several lines', (x) => [
    'credentials = {',
    "    'a': 1,",
    `    'b': '${x}',`,
    '}',
    'done',
  ]),
  many('a text in three quotes', (x) => ['password = """', x, '"""']),
];

const JSON_KINDS: Kind[] = [
  one('compact', (x) => `{"host":"db","password":"${x}","port":5432}`),
  one('with blanks', (x) => `{"host": "db", "api_key" : "${x}"}`),
  one('JSON in JSON', (x) => `{"config":"{\\"client_secret\\":\\"${x}\\",\\"a\\":1}"}`),
  one('JSON in JSON in JSON', (x) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ token: x }) }) }),
  ),
  one('an answer with a token', (x) => `token={"access_token":"${x}","expires_in":3600}`),
  one('a name and a value', (x) => `{"name": "DB_PASSWORD", "value": "${x}"}`),
  one('a name, more, and a value', (x) => `{"name":"password","kind":"password","value":"${x}"}`),
  one('a header of a recorded request', (x) => `{"name":"Authorization","value":"Bearer ${x}"}`),
  one('docker’s file', (x) => `{"auths":{"registry.test":{"auth":"${x}Zm9vYmFyMTIz"}}}`),
  one('a secret of AWS', (x) => `{"SecretString": "${x}", "Name": "prod/db"}`),
  one('escaped for HTML', (x) => `&quot;password&quot;: &quot;${x}&quot;`),
  one('with escaped quotes as code points', (x) => `\\u0022password\\u0022:\\u0022${x}\\u0022`),
  many('pretty', (x) => ['{', '  "host": "db",', `  "password": "${x}",`, '  "port": 5432', '}']),
  many('broken behind the colon', (x) => ['{', '  "client_secret":', `    "${x}"`, '}']),
  many('a list', (x) => ['{', '  "api_keys": [', `    "${x}",`, '    "other"', '  ]', '}']),
  many('within a telling name', (x) => [
    '"credentials": {',
    '  "kind": "x",',
    `  "value": "${x}"`,
    '},',
    'done',
  ]),
  many('a variable', (x) => ['{', '  "name": "DB_PASSWORD",', `  "value": "${x}"`, '}']),
  one('Meltano’s own', (x) => json(`password=${x}`)),
  many('Meltano’s own, over two lines', (x) => [json('password: |'), json(`  ${x}`), json('done')]),
];

const YAML: Kind[] = [
  one('plain', (x) => `      password: ${x}`),
  one('of two words', (x) => `password: two ${x} words`),
  one('with a comment', (x) => `pass: ${x} # of the warehouse`),
  one('in quotes', (x) => `  - api_key: "${x}"`),
  one('with a tag', (x) => `password: !!str ${x}`),
  one('with an anchor', (x) => `password: &main ${x}`),
  one('in a flow mapping', (x) => `credentials: {user: ana, value: ${x}}`),
  one('flow, of two words', (x) => `{password: two ${x}, x: 1}`),
  one('in a list', (x) => `tokens: [${x}, y]`),
  many('a block', (x) => ['  password: |', `    ${x}`, '  host: db']),
  many('a folded block', (x) => ['  password: >-', '    first', `    ${x}`, '  host: db']),
  many('on the next line', (x) => ['password:', `  ${x}`]),
  many('a mapping', (x) => ['credentials:', '  user: ana', `  value: ${x}`, 'host: db']),
  many('a list below', (x) => ['tokens:', `  - ${x}`, '  - other', 'host: db']),
  many('a list at the same column', (x) => ['api_keys:', `- ${x}`, 'host: db']),
  many('a variable', (x) => ['- name: DB_PASSWORD', `  value: ${x}`]),
  many('a block in Meltano’s lines', (x) => [plugin('password: |'), plugin(`  ${x}`), plugin('host: db')]),
  many('in Meltano’s lines, on the next', (x) => [plugin('  client_secret:'), plugin(`    '${x}'`)]),
];

const SQL: Kind[] = [
  one('PASSWORD', (x) => `ALTER USER loader WITH PASSWORD '${x}'`),
  one(
    'password in lower case',
    (x) => `create role loader with login password '${x}' valid until 'infinity'`,
  ),
  one('PASSWORD =', (x) => `CREATE USER loader PASSWORD = '${x}' DEFAULT_ROLE = loader`),
  one('IDENTIFIED BY', (x) => `CREATE USER 'loader'@'%' IDENTIFIED BY '${x}'`),
  one('IDENTIFIED BY without quotes', (x) => `create user loader identified by ${x} account unlock`),
  one('IDENTIFIED WITH … BY', (x) => `CREATE USER loader IDENTIFIED WITH sha256_password BY '${x}'`),
  one('IDENTIFIED BY in JSON', (x) => json(`failed: IDENTIFIED BY "${x}"`)),
  one('doubled quotes', (x) => `ALTER USER loader PASSWORD 'it''s ${x}'`),
  one('CREDENTIALS of Snowflake', (x) => `CREDENTIALS=(AWS_KEY_ID='y' AWS_SECRET_KEY='${x}')`),
  one(
    'CREDENTIALS of Redshift',
    (x) => `COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=y;aws_secret_access_key=${x}'`,
  ),
  one('SECRET_ACCESS_KEY', (x) => `COPY t FROM 's3://b' ACCESS_KEY_ID 'y' SECRET_ACCESS_KEY '${x}'`),
  one('SAS token', (x) => `CREDENTIALS=(AZURE_SAS_TOKEN='?sv=2022&sig=${x}')`),
  one('PASSWORD(…)', (x) => `SET PASSWORD FOR 'ana'@'%' = PASSWORD('${x}')`),
  one('SECRET_ACCESS_KEY AS', (x) => `COPY t FROM 's3://b' SECRET_ACCESS_KEY AS '${x}'`),
  one('INSERT', (x) => `INSERT INTO logins (name, password) VALUES ('ana', '${x}')`),
  one('a user mapping', (x) => `CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'x', password '${x}')`),
  one('a secret of DuckDB', (x) => `CREATE SECRET (TYPE s3, KEY_ID 'y', SECRET '${x}')`),
  many('IDENTIFIED BY on the next line', (x) => ['CREATE USER loader IDENTIFIED BY', `  '${x}'`]),
];

const SHELL: Kind[] = [
  one('a variable', (x) => `+ export TAP_GITHUB_AUTH_TOKEN=${x}`),
  one('a variable in quotes', (x) => `DB_PASSWORD_PROD='two ${x}'`),
  one('quotes that end and begin again', (x) => `PGPASSWORD='it'\\''s ${x}' psql`),
  one('SECRET_KEY_BASE', (x) => `SECRET_KEY_BASE=${x}`),
  one('ENCRYPTION_KEY', (x) => `ENCRYPTION_KEY=${x}`),
  one('MYSQL_PWD', (x) => `MYSQL_PWD=${x} mysqldump db`),
  one('before a command', (x) => `PGPASSWORD=${x} psql -h db`),
  one('a default', (x) => `passwd: \${PASSWORD:-${x}}`),
  one('an option', (x) => `tap-x --db-password ${x} --verbose`),
  one('an option with =', (x) => `tap-x --api-key=${x}`),
  one('an option in quotes', (x) => `tap-x --password "two ${x}"`),
  one('a header of curl', (x) => `curl -H 'Authorization: Bearer ${x}' https://x`),
  one('another header of curl', (x) => `curl -H "X-Api-Key: ${x}" https://x`),
  one('curl -v', (x) => `> Authorization: Basic ${x}`),
  one('curl -u', (x) => `+ curl -s -u loader:${x} https://x`),
  one('curl with options in one', (x) => `curl -sSfu loader:${x} https://x`),
  one('curl -b', (x) => `curl -b 'session=${x}' https://x`),
  one('redis-cli', (x) => `redis-cli -h cache -a ${x} ping`),
  one('sqlcmd', (x) => `sqlcmd -S db -U ana -P ${x}`),
  one('aws configure', (x) => `aws configure set aws_secret_access_key ${x}`),
  one('curl --user', (x) => `curl --user "loader:${x}" https://x`),
  one('the body of curl', (x) => `curl -d '{"password":"${x}"}' https://x`),
  one('a form of curl', (x) => `curl -d 'grant_type=password&password=${x}&x=1' https://x`),
  one('mysql -p', (x) => `+ mysql -u root -p${x} db`),
  one('sshpass', (x) => `sshpass -p ${x} ssh db`),
  one('docker login', (x) => `docker login -u ana -p ${x} registry.test`),
  one('sqlplus', (x) => `sqlplus scott/${x}@orcl`),
  one('a connection of Oracle', (x) => `connecting as scott/${x}@//db:1521/orcl`),
  one('netrc', (x) => `machine github.com login ana password ${x}`),
  one('npmrc', (x) => `//registry.test/:_authToken=${x}`),
  one('meltano config', (x) => `meltano config tap-github set auth_token ${x}`),
  one('meltano config of two words', (x) => `meltano config set tap-github password ${x}`),
  one(
    'what meltano config says',
    (x) => `Extractor 'tap-x' setting 'private_token' was set in \`.env\`: '${x}'`,
  ),
  one(
    'the list of meltano config',
    (x) => `password [env: TAP_X_PASSWORD] current value: '${x}' (from \`.env\`)`,
  ),
  many('an option on the next line', (x) => ['tap-x --password \\', `  ${x} \\`, '  --verbose']),
  many('an option with = on the next line', (x) => ['tap-x --token=\\', `${x}`]),
  many('a string over two lines', (x) => ['PASSWORD="first', `${x}"`, 'done']),
  one('arguments of a command, listed', (s) => `['tap-x', '--auth-token', '${s}', '--discover']`),
  one('an option and its value alone in a list', (s) => `["--password", "${s}"]`),
  one('arguments of a command that failed', (s) => `Command '['mysql', '-p${s}', 'raw']' returned non-zero`),
  one('a listed -p of mysql', (s) => `['mysql', '-u', 'm', '-p', '${s}']`),
  one('an option that a line of JSON begins with', (s) => json(`--token '${s}'`)),
  one('sshpass with quotes', (s) => `sshpass -p '${s}' ssh m@host`),
  one('sqlcmd with quotes', (s) => `sqlcmd -S db -U sa -P '${s}'`),
  one('HTTPie', (s) => `http -a meltano:${s} https://example.com`),
  one('keytool', (s) => `keytool -storepass ${s} -list`),
];

const ADDRESSES: Kind[] = [
  one('a password', (x) => `postgres://loader:${x}@db.test:5432/x`),
  one('a password without a user', (x) => `redis://:${x}@cache.test`),
  one('a token for git', (x) => `Cloning https://x-access-token:${x}@github.com/acme/data`),
  one('a token alone', (x) => `https://${x.replace(/\W/g, '-')}0123456789abcdef@github.com/acme/data`),
  one('a parameter', (x) => `GET /x?access_token=${x}&page=2 HTTP/1.1`),
  one('the last parameter', (x) => `GET https://x/y?page=2&api_key=${x} took 3 ms`),
  one('a parameter that is encoded', (x) => `redirect=https%3A%2F%2Fx%3Ftoken%3D${x}%26a%3D1`),
  one('Azure', (x) => `https://a.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig=${x}`),
  one('AWS', (x) => `https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=${x}`),
  one('a session of AWS', (x) => `https://b.s3.amazonaws.com/k?X-Amz-Security-Token=${x}&X-Amz-Date=1`),
  one('Google', (x) => `https://storage.googleapis.com/b/k?X-Goog-Expires=60&X-Goog-Signature=${x}`),
  one('CloudFront', (x) => `https://d.cloudfront.net/k?Expires=1&Signature=${x}&Key-Pair-Id=y`),
  one('HubSpot', (x) => `GET https://api.hubapi.com/contacts?hapikey=${x}`),
  one('Slack', (x) => `POST https://hooks.slack.com/services/T0/B0/${x}`),
  one('Discord', (x) => `POST https://discord.com/api/webhooks/123456789/${x}`),
  one('Teams', (x) => `POST https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/${x}/c`),
  one(
    'Telegram',
    (x) => `POST https://api.telegram.org/bot123456:${x.replace(/\W/g, '-')}Zm9vYmFyMTIzNDU2Nzg5/sendMessage`,
  ),
  one('JDBC', (x) => `jdbc:sqlserver://db;user=ana;password=${x};encrypt=true`),
  one('ODBC', (x) => `DRIVER={ODBC};SERVER=db;UID=ana;PWD=${x};`),
  one('ADO', (x) => `Server=h;Password=${x};Database=d`),
  one('libpq', (x) => `host=db user=ana password=${x} dbname=d`),
  one(
    'a storage account',
    (x) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${x};EndpointSuffix=core`,
  ),
  one('a shared access signature', (x) => `BlobEndpoint=https://a;SharedAccessSignature=sv=2022&sig=${x}`),
  one('a shared access key', (x) => `Endpoint=sb://a;SharedAccessKeyName=n;SharedAccessKey=${x}`),
  one('a value that is encoded', (x) => `mssql:///?odbc_connect=UID%3Du%3BPWD%3D${x}`),
  one('a code', (x) => `GET https://x/callback?code=${x}Zm9vYmFyMTIzNDU2&state=1`),
  one('Spark', (x) => `fs.azure.account.key.acme.dfs.core.windows.net=${x}`),
];

const HEADERS: Kind[] = [
  ...['Bearer', 'Basic', 'SSWS', 'Klaviyo-API-Key', 'Zoho-oauthtoken', 'Token', 'token'].map((scheme) =>
    one(`Authorization: ${scheme}`, (x) => `Authorization: ${scheme} ${x}`),
  ),
  one('Authorization alone', (x) => `Authorization: ${x}`),
  one('Proxy-Authorization', (x) => `Proxy-Authorization: Basic ${x}`),
  one('Digest', (x) => `Authorization: Digest username="ana", realm="r", response="${x}"`),
  one(
    'AWS4',
    (x) => `Authorization: AWS4-HMAC-SHA256 Credential=y/20260304/s3, SignedHeaders=host, Signature=${x}`,
  ),
  one('as Go prints it', (x) => `map[Accept:[*/*] Authorization:[Bearer ${x}]]`),
  one('as Java prints it', (x) => `{Accept=[*/*], Authorization=[Bearer ${x}]}`),
  one('Cookie', (x) => `Cookie: a=b; session=${x}`),
  one('Set-Cookie', (x) => `< Set-Cookie: sid=${x}; Path=/; HttpOnly`),
  one('Cookie in a dict', (x) => `{'Cookie': 'session=${x}', 'Accept': '*/*'}`),
  one('cookies', (x) => `requests.get(url, cookies={'session': '${x}'})`),
  one('X-Auth-Token', (x) => `X-Auth-Token: ${x}`),
  one('in Meltano’s line', (x) => plugin(`Authorization: Bearer ${x}`)),
];

const OTHERS: Kind[] = [
  many('a table of psql', (x) => [' id | password', '----+----------', `  1 | ${x}`, '(1 row)']),
  many('a table of rich with a column', (x) => [
    '┏━━━━┳━━━━━━━━━━━━━━┓',
    '┃ id ┃ api_key      ┃',
    '┡━━━━╇━━━━━━━━━━━━━━┩',
    '│ 1  │ none         │',
    `│ 2  │ ${x} │`,
    '└────┴──────────────┘',
  ]),
  many('a table of dbt', (x) => ['| id | password |', '| -- | -------- |', `| 1  | ${x} |`]),
  one('a property of XML', (x) => `<property name="password" value="${x}"/>`),
  one('an entry of XML', (x) => `<entry key="api_key">${x}</entry>`),
  one('CDATA', (x) => `<password><![CDATA[${x}]]></password>`),
  one('a field of JSON behind the message', (x) => `{"event": "login", "password": "${x}"}`),
  one('logfmt', (x) => `level=info msg="login" password=${x} name=tap-x`),
  one('a question', (x) => `Password for user 'ana': ${x}`),
  one('a table', (x) => `│ password │ ${x} │`),
  one('a table of ASCII', (x) => `| api_key  | ${x} |`),
  one('XML', (x) => `<password>${x}</password>`),
  one('an attribute of XML', (x) => `<add key="ApiKey" value="${x}"/>`),
  one('Hadoop', (x) => `<name>fs.s3a.secret.key</name><value>${x}</value>`),
  one('INI', (x) => `password = ${x}`),
  one('properties', (x) => `spring.datasource.password=${x}`),
  one('INI of two words', (x) => `password = two ${x}`),
  one('Ruby', (x) => `{:password=>"${x}", :host=>"db"}`),
  one('Go', (x) => `&{Host:db Password:${x} Port:5432}`),
  one('PHP', (x) => `[password] => ${x}`),
  one('a form', (x) => `user[password]=${x}&user[name]=ana`),
  one('TOML', (x) => `client_secret = "${x}"`),
  one('a sentence', (x) => `Using the API key: ${x}`),
  one('a sentence with is', (x) => `The password is ${x}`),
  one('a sentence in quotes', (x) => `Login failed with password '${x}'`),
  one('in Meltano’s line', (x) => plugin(`password=${x}`)),
  one('a text of one line', (x) => `config: host=db\\npassword=${x}\\nport=1`),
  one('a service that repeats a key', (x) => `Incorrect API key provided: ${x}7Kq2Lp9Xw4Tn.`),
  one('a service that repeats a token', (x) => `invalid token '${x}7Kq2Lp9Xw4Tn'`),
  one('a revoked key', (x) => `API key ${x}7Kq2Lp9Xw4Tn has been revoked`),
  one('a setting that was set', (x) => `setting 'password' was set to '${x}'`),
  many('a variable and its value in Meltano’s lines', (x) => [
    plugin('- name: DB_PASSWORD'),
    plugin(`  value: ${x}`),
  ]),
  many('a list in Meltano’s lines', (x) => [plugin('passwords:'), plugin(`  - ${x}`)]),
  many('a list right behind Meltano’s level', (x) => [plugin('passwords:'), plugin(`- ${x}`)]),
  one('a header of Azure', (x) => `x-functions-key: ${x}`),
  one('behind colours', (x) => `\u001b[33mpassword\u001b[0m: ${x}`),
];

const label = (group: string, kinds: readonly Kind[]) =>
  kinds.map((kind) => ({ ...kind, name: `${group}, ${kind.name}` }));

export const KINDS: readonly Kind[] = [
  ...label('Python', PYTHON),
  ...label('rich', RICH),
  ...label('JSON', JSON_KINDS),
  ...label('YAML', YAML),
  ...label('SQL', SQL),
  ...label('shell', SHELL),
  ...label('address', ADDRESSES),
  ...label('header', HEADERS),
  ...label('other', OTHERS),
];
