/** Lines as Meltano, pip and dbt write them: times, levels, colours, paths, numbers; now and then an error or a secret. */
const KINDS: readonly ((number: number) => string)[] = [
  (n) =>
    `2026-03-04T10:12:${seconds(n)}.${n % 1000}Z [info     ] Installing plugin 'tap-github-${n % 40}' with pip`,
  (n) =>
    `2026-03-04T10:12:${seconds(n)}Z [debug    ] Request GET https://api.example.com/v1/orders?page=${n} took ${n % 900} ms`,
  (n) =>
    `\u001b[0m10:12:${seconds(n)}  ${n % 300} of 300 OK created sql table model analytics.stg_orders_${n % 300} .... [\u001b[32mSELECT ${n}\u001b[0m in 0.${n % 90}s]`,
  (n) =>
    `Collecting sqlalchemy<2.1,>=2.0.${n % 30} (from target-postgres==0.${n % 20}.1->-r /project/.meltano/requirements.txt (line ${n % 90}))`,
  (n) =>
    `  Downloading https://files.pythonhosted.org/packages/${n.toString(16).padStart(8, 'a')}/pandas-2.2.${n % 4}-cp312.whl (12.7 MB)`,
  (n) =>
    `2026-03-04 10:12:${seconds(n)},${n % 1000} INFO singer_sdk.metrics METRIC: {"metric_type":"counter","metric":"record_count","value":${n}}`,
];

const seconds = (number: number) => String(number % 60).padStart(2, '0');

const RARE: readonly (readonly [number, (number: number) => string])[] = [
  [
    997,
    (n) =>
      `2026-03-04T10:12:${seconds(n)}Z [warning  ] Using postgresql://loader:pa55word-${n}@db.internal:5432/warehouse`,
  ],
  [
    1_999,
    (n) =>
      `2026-03-04T10:12:${seconds(n)}Z [error    ] models/staging/stg_orders_${n % 300}.sql:12 column "amount_${n}" does not exist`,
  ],
];

/** A realistic log of this many bytes (ASCII), in batches like those from the network. */
export function* makeLog(bytes: number, batchBytes = 64 * 1024): Generator<string[]> {
  let [made, batch, batchSize] = [0, [] as string[], 0];
  for (let number = 1; made < bytes; number += 1) {
    const rare = RARE.find(([every]) => number % every === 0);
    const line = (rare?.[1] ?? KINDS[number % KINDS.length] ?? String)(number);
    batch.push(line);
    batchSize += line.length + 1;
    made += line.length + 1;
    if (batchSize < batchBytes) continue;
    yield batch;
    [batch, batchSize] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
