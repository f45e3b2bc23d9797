# Hardening 1.0.0: an unprivileged user, the policy files, no set-id programs, and an audit of it all.
ARG PARENT
FROM ${PARENT}

# By hand: not every base has useradd or adduser.
RUN echo 'factory:x:10001:10001:LLM factory:/srv:/bin/sh' >> /etc/passwd \
 && echo 'factory:x:10001:' >> /etc/group \
 && mkdir -p /srv \
 && chown 10001:10001 /srv

COPY --chmod=0755 policy/ /etc/factory/policy/

RUN <<'END'
set -eu
find / -xdev -type f \( -perm -4000 -o -perm -2000 \) -exec chmod u-s,g-s {} +
find /etc -xdev -type f -perm -0002 -exec chmod o-w {} +
mkdir -p /etc/profile.d /etc/security/limits.d
cd /etc/factory
cp policy/umask.sh /etc/profile.d/factory.sh
cp policy/limits.conf /etc/security/limits.d/factory.conf
{
  echo 'profile 1.0.0'
  echo "users $(grep -c : /etc/passwd)"
  sha256sum policy/*
} > audit.txt
END
