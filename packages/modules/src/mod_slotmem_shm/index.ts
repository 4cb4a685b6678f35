import { defineModule } from '@httpd-ts/kernel';

/** Shared memory for others. Here the world provides it; the module's presence is what others ask for. */
export const modSlotmemShm = defineModule({
  name: 'mod_slotmem_shm',
  identifier: 'slotmem_shm_module',
  httpd: 'modules/slotmem/mod_slotmem_shm.c',
  directives: {},
});
