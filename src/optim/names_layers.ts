/**
 * What a model may say of its layers.
 *
 * @module
 */

/** A model that says what its layers are, where that cannot be seen from how its modules are numbered. */
export interface NamesLayers {
  /** The layers from the first to the last before the head, each as what the names of its parameters begin with. */
  layerNames(): readonly (readonly string[])[];
}
