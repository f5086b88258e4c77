/** The library that draws charts, loaded when a report is written and not before. @module */

import type { EChartsType } from "npm:echarts@^6.1.0";

/** The part of ECharts that is used here. */
export interface ChartLibrary {
  /** Makes a chart; without a DOM element it only renders to text. */
  init(dom: null, theme: null, options: Record<string, unknown>): EChartsType;
}

/** Loads ECharts, when a report is written and not before. */
export async function loadCharts(): Promise<ChartLibrary> {
  return await import("npm:echarts@^6.1.0") as unknown as ChartLibrary;
}
