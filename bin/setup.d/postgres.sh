# shellcheck shell=bash
# PostgreSQL's programs: the tests start a server of their own, so none needs to run.

# Prints the folder that contains them.
postgres_bin() {
  local dir
  for dir in "$(dirname "$(command -v pg_ctl || echo -)")" \
    /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/postgres" ]; then
      echo "$dir"
      return
    fi
  done
  return 1
}

have_postgres() {
  postgres_bin >/dev/null
}

about_postgres() {
  echo "PostgreSQL's programs, as the system's package (a minute); no server is left running"
}

get_postgres() {
  local no_cluster=/etc/postgresql-common/createcluster.d/greenroom.conf
  there apt-get || {
    install_package - postgresql-server postgresql postgresql
    return
  }
  # Without this, Debian's package creates a cluster and starts it at boot.
  as_root mkdir -p "$(dirname $no_cluster)"
  echo "create_main_cluster = false" | as_root tee $no_cluster >/dev/null
  install_package postgresql - - -
  as_root rm $no_cluster
}
