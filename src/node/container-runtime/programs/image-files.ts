/** Files inside images, shared by all containers of them. */

export const ALPINE_RELEASE = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.22.2
PRETTY_NAME="Alpine Linux v3.22"
HOME_URL="https://alpinelinux.org/"
`

export const DEBIAN_RELEASE = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
`

const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`

export const NGINX_FILES: Readonly<Record<string, string>> = {
  '/etc/os-release': DEBIAN_RELEASE,
  '/etc/nginx/nginx.conf': `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
`,
  '/etc/nginx/conf.d/default.conf': `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    #access_log  /var/log/nginx/host.access.log  main;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    #error_page  404              /404.html;

    # redirect server error pages to the static page /50x.html
    #
    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`,
  '/usr/share/nginx/html/index.html': WELCOME,
  '/usr/share/nginx/html/50x.html':
    '<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n',
  '/tmp/': '',
  '/var/cache/nginx/': '',
  '/var/log/nginx/': '',
}

/** Everything that is written lies in /tmp. Source: nginxinc/docker-nginx-unprivileged Dockerfile */
export const NGINX_UNPRIVILEGED_FILES: Readonly<Record<string, string>> = {
  ...NGINX_FILES,
  '/etc/nginx/nginx.conf': NGINX_FILES['/etc/nginx/nginx.conf']!.replace(/^user .*\n/m, '')
    .replace('/run/nginx.pid', '/tmp/nginx.pid')
    .replace(
      'http {\n',
      `http {\n${['proxy', 'client_body', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `    ${kind}_temp_path /tmp/${kind === 'client_body' ? 'client' : kind}_temp;\n`)
        .join('')}`,
    ),
  '/etc/nginx/conf.d/default.conf': NGINX_FILES['/etc/nginx/conf.d/default.conf']!.replaceAll('80;', '8080;'),
}
