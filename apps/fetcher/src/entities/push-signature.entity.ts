import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A signature that has been taken; a second request that carries it is a replay. */
@Entity({ name: 'push_signature' })
@Index('push_signature_expiry_idx', ['expiresAt'])
export class PushSignature {
  @PrimaryColumn({ type: 'text', name: 'key_id', primaryKeyConstraintName: 'push_signature_pk' })
  keyId!: string;

  @PrimaryColumn({ type: 'bytea', primaryKeyConstraintName: 'push_signature_pk' })
  signature!: Buffer;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
