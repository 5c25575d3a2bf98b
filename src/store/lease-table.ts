export interface LeaseTable {
  queue: string;
  key: string;
  /** The instance that holds the lease. */
  owner: string;
  /** Changes with every holder. The unique constraint makes a new holder wait for the writes of the previous one. */
  fencing: number;
  /** By the database's clock. */
  expiresAt: number;
  /** When the holder last claimed, renewed or released the lease, by the database's clock. */
  seenAt: number;
  /** True if the key was woken while the lease was held: the holder has to look again. */
  woken: boolean;
}
