import type { KnownError } from './known-error.ts';

const OLD_PLUGIN =
  "Use a newer release or another variant of the plugin. Until there is one, set the plugin's `python` in `meltano.yml` to a version that it was written for";

export const PYTHON_ERRORS: readonly KnownError[] = [
  {
    code: 'python_pyopenssl',
    prints: "AttributeError: module 'lib' has no attribute 'X509_V_FLAG_NOTIFY_POLICY'",
    when: [{ says: /\bmodule 'lib' has no attribute '(?:X509_V_FLAG_|OpenSSL_add_all_algorithms|SSL_)/ }],
    cause: 'The plugin has an old `pyOpenSSL` beside a newer `cryptography`, which no longer works with it.',
    advice:
      "Add `pyOpenSSL>=24` to the plugin's `pip_url`, with a blank before it, or use a newer release of the plugin.",
  },
  {
    code: 'python_pkg_resources',
    prints: "ModuleNotFoundError: No module named 'pkg_resources'",
    when: [{ says: /\bModuleNotFoundError: No module named '(?:pkg_resources|setuptools)'/ }],
    cause:
      'The plugin needs `setuptools`, which its environment lacks; versions from 81 on have no `pkg_resources`.',
    advice: "Add `setuptools<81` to the plugin's `pip_url`, with a blank before it.",
  },
  {
    code: 'python_distutils',
    prints: "ModuleNotFoundError: No module named 'distutils'",
    when: [{ says: /\bModuleNotFoundError: No module named 'distutils(?:\.[\w.]{1,60})?'/ }],
    cause: 'Python 3.12 and newer have no `distutils`, which the plugin or one of its packages needs.',
    advice: "Add `setuptools<81` to the plugin's `pip_url`, or set its `python` to 3.11.",
  },
  {
    code: 'python_module_missing',
    prints: "ModuleNotFoundError: No module named 'singer'",
    when: [{ says: /\bModuleNotFoundError: No module named '[\w.-]{1,200}'/ }],
    cause: 'A Python module is missing where the plugin is installed.',
    advice:
      "If another package provides it, add that package to the plugin's `pip_url`, with a blank before it. If an update took it away, pin the version of the package that still had it.",
  },
  {
    code: 'python_collections',
    prints: "ImportError: cannot import name 'Mapping' from 'collections'",
    when: [
      { says: /\bcannot import name '[A-Z]\w{2,30}' from 'collections'/ },
      { says: /\bmodule 'collections' has no attribute '[A-Z]\w{2,30}'/ },
    ],
    cause: 'The plugin, or one of its packages, is too old for Python 3.10 and newer.',
    advice: `${OLD_PLUGIN} (3.9).`,
  },
  {
    code: 'python_markupsafe',
    prints: "ImportError: cannot import name 'soft_unicode' from 'markupsafe'",
    when: [{ says: /\bcannot import name 'soft_unicode' from 'markupsafe'/ }],
    cause: 'An old Jinja2 was installed with a MarkupSafe that is too new for it.',
    advice: "Add `markupsafe<2.1` to the plugin's `pip_url`, or use a release that allows Jinja2 3.",
  },
  {
    code: 'python_jinja',
    prints: "ImportError: cannot import name 'escape' from 'jinja2'",
    when: [
      { says: /\bcannot import name '(?:escape|Markup|contextfilter|environmentfilter)' from 'jinja2'/ },
    ],
    cause: 'The plugin, or one of its packages, is too old for Jinja2 3.1.',
    advice: "Add `jinja2<3.1` to the plugin's `pip_url`, or use a newer release.",
  },
  {
    code: 'python_werkzeug',
    prints: "ImportError: cannot import name 'url_quote' from 'werkzeug.urls'",
    when: [{ says: /\bcannot import name 'url_(?:quote|decode|encode|unquote)' from 'werkzeug\.urls'/ }],
    cause: 'An old Flask was installed with a Werkzeug that is too new for it.',
    advice: "Add `werkzeug<3` to the plugin's `pip_url`, or use a newer release.",
  },
  {
    code: 'python_numpy_binary',
    prints: 'ValueError: numpy.dtype size changed, may indicate binary incompatibility',
    when: [
      { says: /\bnumpy\.\w{1,30} size changed, may indicate binary incompatibility\b/ },
      { says: /\bA module that was compiled using NumPy 1\.x cannot be run in\b/ },
    ],
    cause: 'A package was compiled for another version of NumPy than the installed one.',
    advice:
      "Add `numpy<2` to the plugin's `pip_url`, or use a newer release of the package that the traceback names.",
  },
  {
    code: 'python_numpy_removed',
    prints: "AttributeError: module 'numpy' has no attribute 'float'",
    when: [{ says: /\bmodule 'numpy' has no attribute '(?:float|int|bool|object|str|complex)'/ }],
    cause: 'The plugin, or one of its packages, is too old for NumPy 1.24.',
    advice: "Add `numpy<1.24` to the plugin's `pip_url`, or use a newer release.",
  },
  {
    code: 'python_pydantic',
    prints:
      'pydantic.errors.PydanticImportError: `BaseSettings` has been moved to the `pydantic-settings` package.',
    when: [{ says: /`BaseSettings` has been moved to the `pydantic-settings` package/ }],
    cause: 'The plugin, or one of its packages, is too old for Pydantic 2.',
    advice: "Add `pydantic<2` to the plugin's `pip_url`, or use a newer release.",
  },
  {
    code: 'python_glibc',
    prints: "ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found",
    when: [{ says: /\bversion `GLIBC_[\d.]{1,10}' not found\b/ }],
    cause: "A compiled package needs a newer system than the job's.",
    advice: 'Pin an older version of the package that the traceback names in `pip_url`.',
  },
];
