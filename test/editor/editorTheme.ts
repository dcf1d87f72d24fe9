/** The themes that Caudal is looked at in; every VS Code has them. */
export const editorThemes = ['light', 'dark', 'hcDark', 'hcLight'] as const;
export type EditorTheme = (typeof editorThemes)[number];

interface ThemeNames {
  /** The value of `workbench.colorTheme`; VS Code maps its older names to its newer ones. */
  readonly setting: string;
  /** What the workbench carries as a CSS class while the theme is on. */
  readonly cssClass: string;
}

export const themeNames: Readonly<Record<EditorTheme, ThemeNames>> = {
  light: {
    setting: 'Default Light Modern',
    cssClass: 'vscode-theme-defaults-themes-light_modern-json',
  },
  dark: {
    setting: 'Default Dark Modern',
    cssClass: 'vscode-theme-defaults-themes-dark_modern-json',
  },
  hcDark: {
    setting: 'Default High Contrast',
    cssClass: 'vscode-theme-defaults-themes-hc_black-json',
  },
  hcLight: {
    setting: 'Default High Contrast Light',
    cssClass: 'vscode-theme-defaults-themes-hc_light-json',
  },
};

export function isEditorTheme(name: string): name is EditorTheme {
  return (editorThemes as readonly string[]).includes(name);
}
